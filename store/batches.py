"""Collection periods; the newest is the open one."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Batch
from store.rows import row, rows

INSERT = """
insert into batches by name
select unnest(from_json($facts, '[{
  "batch_id": "VARCHAR", "round": "INTEGER", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning batch_id
"""

ALL = """
select * from batches
order  by round, made_at, batch_id
"""

OPEN = """
select * from batches
order  by round desc, made_at desc, batch_id
limit  1
"""


def every(db: DuckDBPyConnection) -> list[Batch]:
    """All batches, the first round first."""
    return rows(db.execute(ALL), Batch)


def open_batch(db: DuckDBPyConnection) -> Batch | None:
    """The batch that is being collected now."""
    return row(db.execute(OPEN), Batch)
