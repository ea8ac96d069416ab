"""Tests before a track may be judged, and what was answered in them."""

from __future__ import annotations

INSERT = """
insert into qualification_tests by name
select unnest(from_json($facts, '[{
  "test_id": "VARCHAR", "annotator_id": "VARCHAR", "track": "VARCHAR", "guideline_version": "INTEGER",
  "comparison_ids": ["VARCHAR"], "pass_mark": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning test_id
"""

INSERT_ANSWER = """
insert into qualification_answers by name
select unnest(from_json($facts, '[{
  "test_id": "VARCHAR", "comparison_id": "VARCHAR", "shown_order": ["TINYINT"], "ranks": ["TINYINT"],
  "degree": "TINYINT", "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "seconds": "DOUBLE", "passed": "BOOLEAN", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning test_id, comparison_id
"""
