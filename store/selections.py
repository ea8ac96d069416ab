"""Why each comparison of a round was asked: by which arm of the selection, and what it was worth to that."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Selection
from store.rows import rows

INSERT = """
insert into selections by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "arm": "VARCHAR", "value": "DOUBLE", "difficulty": "DOUBLE",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

OF_ROUND = """
select selections.* from selections
join   comparisons using (comparison_id)
join   batches using (batch_id)
where  round = $round
order  by comparison_id
"""


def of_round(db: DuckDBPyConnection, round_number: int) -> list[Selection]:
    """Those of the comparisons that this round asked."""
    return rows(db.execute(OF_ROUND, {"round": round_number}), Selection)
