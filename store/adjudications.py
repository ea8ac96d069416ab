"""What reviewers say themselves of comparisons whose labels they overturned."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.rows import number

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

COUNTS = """
select count(*) from standing_judgements
where  label_id = $label_id and review_id is not null
"""

BY = """
select label_id from standing_judgements
where  annotator_id = $reviewer_id and review_id is not null
order  by label_id
"""


def counts(db: DuckDBPyConnection, label_id: str) -> bool:
    """Whether a reviewer's judgement has taken the label's place."""
    return number(db.execute(COUNTS, {"label_id": label_id})) > 0


def by(db: DuckDBPyConnection, reviewer_id: str) -> list[str]:
    """The labels whose place the reviewer's judgements have taken."""
    return [label_id for (label_id,) in db.execute(BY, {"reviewer_id": reviewer_id}).fetchall()]
