"""Frozen training data."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Snapshot
from store.rows import row, rows

INSERT = """
insert into snapshots by name
select unnest(from_json($facts, '[{
  "snapshot_id": "VARCHAR", "contents": "VARCHAR", "path": "VARCHAR", "row_count": "BIGINT",
  "query": "VARCHAR", "audit_seq": "BIGINT", "audit_head": "VARCHAR", "signed_by": "VARCHAR",
  "parameters": "VARCHAR", "counts": "VARCHAR", "left_out": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning snapshot_id
"""

ALL = """
select * from snapshots
order  by made_at, snapshot_id
"""

BY_ID = """
select * from snapshots
where  snapshot_id = $snapshot_id
"""


def every(db: DuckDBPyConnection) -> list[Snapshot]:
    """All snapshots, the oldest first."""
    return rows(db.execute(ALL), Snapshot)


def by_id(db: DuckDBPyConnection, snapshot_id: str) -> Snapshot | None:
    """The snapshot with this sha256."""
    return row(db.execute(BY_ID, {"snapshot_id": snapshot_id}), Snapshot)
