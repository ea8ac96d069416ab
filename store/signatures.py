"""Who lets a snapshot train."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.rows import rows

INSERT = """
insert into signatures by name
select unnest(from_json($facts, '[{
  "snapshot_id": "VARCHAR", "reviewer_id": "VARCHAR", "seen": "VARCHAR", "note": "VARCHAR",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning snapshot_id, reviewer_id
"""

OF_SNAPSHOT = """
select reviewer_id, coalesce(name, reviewer_id) as name, note, signatures.made_at
from   signatures
left   join annotators on annotator_id = reviewer_id
where  snapshot_id = $snapshot_id
order  by signatures.made_at, reviewer_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Who signed, and what they noted."""

    reviewer_id: str
    name: str
    note: str
    made_at: datetime


def of_snapshot(db: DuckDBPyConnection, snapshot_id: str) -> list[Signed]:
    """The snapshot's signatures, the first given first."""
    return rows(db.execute(OF_SNAPSHOT, {"snapshot_id": snapshot_id}), Signed)
