"""What people say of themselves: the language that the app speaks to them, and what they are asked in."""

from __future__ import annotations

INSERT = """
insert into profiles by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "locale": "VARCHAR", "languages": ["VARCHAR"], "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""
