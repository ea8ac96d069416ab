"""What people decided of policies, whatever the gates of a round said; the newest word on a policy counts.

Policies as they stand with it are `store.policies`' affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Role
from store.rows import rows

INSERT = """
insert into promotions by name
select unnest(from_json($facts, '[{
  "policy_id": "VARCHAR", "promoted": "BOOLEAN", "given_by": "VARCHAR", "why": "VARCHAR",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

SAID = """
select policy_id, promoted, given_by, coalesce(name, given_by) as name, role, why, promotions.made_at
from   promotions
left   join current_annotators on annotator_id = given_by
order  by promotions.made_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody decided of a policy; `role` is their present one, None where the home does not know them,
    as of the `hone` command itself."""

    policy_id: str
    promoted: bool
    given_by: str
    name: str
    role: Role | None
    why: str
    made_at: datetime


def every(db: DuckDBPyConnection) -> list[Said]:
    """All of them, the oldest first."""
    return rows(db.execute(SAID), Said)


def of_policy(db: DuckDBPyConnection, policy_id: str) -> list[Said]:
    """All that was decided of one, the oldest first."""
    return [one for one in every(db) if one.policy_id == policy_id]


def standing(db: DuckDBPyConnection) -> dict[str, Said]:
    """The newest word on each policy of which there is any."""
    return {one.policy_id: one for one in every(db)}
