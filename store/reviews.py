"""A safety reviewer's verdicts on labels."""

from __future__ import annotations

INSERT = """
insert into reviews by name
select unnest(from_json($facts, '[{
  "review_id": "VARCHAR", "label_id": "VARCHAR", "reviewer_id": "VARCHAR", "verdict": "VARCHAR",
  "why": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning review_id
"""
