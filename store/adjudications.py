"""What reviewers say themselves of comparisons whose labels they overturned."""

from __future__ import annotations

INSERT = """
insert into adjudications by name
select unnest(from_json($facts, '[{
  "review_id": "VARCHAR", "ranks": ["TINYINT"], "degree": "TINYINT", "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "reasons": ["VARCHAR"], "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning review_id
"""
