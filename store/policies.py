"""Models that answer. Only a promoted one is served and asked.

What people said of a policy since its round decided counts here (`store.promotions`); only which policy came
first does not hang on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Policy
from store.rows import number, row, rows

INSERT = """
insert into policies by name
select unnest(from_json($facts, '[{
  "policy_id": "VARCHAR", "path": "VARCHAR", "parents": ["VARCHAR"], "reward_models": ["VARCHAR"],
  "snapshots": ["VARCHAR"], "round": "INTEGER", "method": "VARCHAR", "promoted": "BOOLEAN",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning policy_id
"""

ALL = """
select * from current_policies
order  by round, made_at, policy_id
"""

TAUGHT = """
select policy_id, round, method, promoted, parents, made_at, (
         select max(try_cast(counts ->> '$.labels' as bigint)) from snapshots
         where  list_contains(current_policies.snapshots, snapshot_id)
       ) as labels
from   current_policies
where  not policy_id.starts_with('imported:')
order  by round desc, made_at desc, policy_id
"""

BY_ID = """
select * from current_policies
where  policy_id = $policy_id
"""

REFUSED = """
select count(*) from policies
where  policy_id = $policy_id and not promoted
"""

NEWEST = """
select * from current_policies
where  promoted and not policy_id.starts_with('imported:')
order  by round desc, made_at desc, policy_id
limit  1
"""

# Every round's figures are against it, so it stays the first when it answers nobody any more.
FIRST = """
select * from policies
where  promoted and not policy_id.starts_with('imported:')
order  by round, made_at, policy_id
limit  1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtPolicy:
    """A policy and how many labels are in the snapshots that it learned from; None where nobody counted."""

    policy_id: str
    round: int
    method: str
    promoted: bool
    parents: tuple[str, ...]
    made_at: datetime
    labels: int | None


def every(db: DuckDBPyConnection) -> list[Policy]:
    """All policies as they stand, refused ones too, the first round first."""
    return rows(db.execute(ALL), Policy)


def taught(db: DuckDBPyConnection) -> list[TaughtPolicy]:
    """The home's own policies, refused ones too, the last round first."""
    return rows(db.execute(TAUGHT), TaughtPolicy)


def by_id(db: DuckDBPyConnection, policy_id: str) -> Policy | None:
    """The policy with this id."""
    return row(db.execute(BY_ID, {"policy_id": policy_id}), Policy)


def refused(db: DuckDBPyConnection, policy_id: str) -> bool:
    """Whether its round refused it, whatever was said since."""
    return number(db.execute(REFUSED, {"policy_id": policy_id})) > 0


def newest(db: DuckDBPyConnection) -> Policy | None:
    """The promoted policy of the latest round."""
    return row(db.execute(NEWEST), Policy)


def first(db: DuckDBPyConnection) -> Policy | None:
    """The policy that the home started with."""
    return row(db.execute(FIRST), Policy)
