"""Known answers, against which annotators are measured."""

from __future__ import annotations

INSERT = """
insert into golds by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "ranks": ["TINYINT"],
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "why": "VARCHAR", "annotator_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""
