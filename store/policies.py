"""Models that answer. Only a promoted one is served and asked."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Policy
from store.rows import row, rows

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
select * from policies
order  by round, made_at, policy_id
"""

BY_ID = """
select * from policies
where  policy_id = $policy_id
"""

NEWEST = """
select * from policies
where  promoted and not policy_id.starts_with('imported:')
order  by round desc, made_at desc, policy_id
limit  1
"""

FIRST = """
select * from policies
where  promoted and not policy_id.starts_with('imported:')
order  by round, made_at, policy_id
limit  1
"""


def every(db: DuckDBPyConnection) -> list[Policy]:
    """All policies, refused ones too, the first round first."""
    return rows(db.execute(ALL), Policy)


def by_id(db: DuckDBPyConnection, policy_id: str) -> Policy | None:
    """The policy with this id."""
    return row(db.execute(BY_ID, {"policy_id": policy_id}), Policy)


def newest(db: DuckDBPyConnection) -> Policy | None:
    """The promoted policy of the latest round."""
    return row(db.execute(NEWEST), Policy)


def first(db: DuckDBPyConnection) -> Policy | None:
    """The policy that the home started with."""
    return row(db.execute(FIRST), Policy)
