"""Who may judge which track."""

from __future__ import annotations

INSERT = """
insert into qualifications by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "track": "VARCHAR", "guideline_version": "INTEGER", "passed": "BOOLEAN",
  "why": "VARCHAR", "given_by": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""
