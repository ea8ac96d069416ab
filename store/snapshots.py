"""Frozen training data."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from store.errors import RequestError
from store.home import Home
from store.records import Snapshot
from store.rows import row, rows

MAGIC: Final = b"PAR1"
"""With which a whole Parquet file begins and ends."""

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


def file(home: Home, snapshot: Snapshot) -> str:
    """Where a snapshot's file lies; RequestError where it does not, or is cut off."""
    path = home.root / snapshot.path
    if not whole(path):
        raise RequestError(
            f"The file of snapshot {snapshot.snapshot_id} is missing or damaged; put it back at {path}."
        )
    return str(path)


def whole(path: Path) -> bool:
    """Whether a Parquet file is there from its beginning to its end; says nothing of what is between."""
    if not path.is_file() or path.stat().st_size < 2 * len(MAGIC):
        return False
    with path.open("rb") as handle:
        begins = handle.read(len(MAGIC))
        handle.seek(-len(MAGIC), 2)
        return begins == handle.read() == MAGIC
