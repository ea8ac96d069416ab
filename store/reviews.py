"""A safety reviewer's verdicts on labels."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Review
from store.rows import rows

INSERT = """
insert into reviews by name
select unnest(from_json($facts, '[{
  "review_id": "VARCHAR", "label_id": "VARCHAR", "reviewer_id": "VARCHAR", "verdict": "VARCHAR",
  "why": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning review_id
"""

OF_LABEL = """
select * from reviews
where  label_id = $label_id
order  by made_at, review_id
"""


def of_label(db: DuckDBPyConnection, label_id: str) -> list[Review]:
    """The verdicts on a label, the oldest first."""
    return rows(db.execute(OF_LABEL, {"label_id": label_id}), Review)
