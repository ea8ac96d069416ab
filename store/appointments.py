"""What people may do from now on; the newest appointment counts."""

from __future__ import annotations

INSERT = """
insert into appointments by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "role": "VARCHAR", "suspended": "BOOLEAN", "given_by": "VARCHAR",
  "why": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""
