"""Who holds which comparison, and until when. A renewal is a further row; the latest expiry counts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store.records import Lease
from store.rows import row, rows

INSERT = """
insert into leases by name
select unnest(from_json($facts, '[{
  "lease_id": "VARCHAR", "comparison_id": "VARCHAR", "annotator_id": "VARCHAR",
  "shown_order": ["TINYINT"], "expires_at": "TIMESTAMP", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

NEWEST = """
select   lease_id, any_value(comparison_id) as comparison_id, any_value(annotator_id) as annotator_id,
         any_value(shown_order) as shown_order, max(expires_at) as expires_at, min(made_at) as made_at
from     leases
where    lease_id = $lease_id
group by lease_id
"""

LIVE = """
select   lease_id, any_value(comparison_id) as comparison_id, any_value(annotator_id) as annotator_id,
         any_value(shown_order) as shown_order, max(expires_at) as expires_at, min(made_at) as made_at
from     leases
where    expires_at > $moment
  and    lease_id not in (select label_id from labels)
  and    lease_id not in (select lease_id from skips)
group by lease_id
order by made_at desc, lease_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSettings:
    """`[lease]` in `hone.toml`."""

    minutes: Annotated[float, Field(gt=0, le=1440)] = 15.0
    """How long a lease lasts without a sign of life; what comes later still counts if nobody was faster."""


def new_lease(
    annotator_id: str, comparison_id: str, responses: int, moment: datetime, lasting: timedelta
) -> Lease:
    """A lease with an id nobody can guess; who judges what decides the shown order, so it never changes."""
    asked = f"{comparison_id} {annotator_id}"
    # By hash: a generator seeded for each lease would take as long as all the rest of a decision.
    order = sorted(range(responses), key=lambda response: sha256(f"{asked} {response}".encode()).digest())
    return Lease(
        lease_id=secrets.token_hex(10),
        comparison_id=comparison_id,
        annotator_id=annotator_id,
        shown_order=tuple(order),
        expires_at=moment + lasting,
        made_at=moment,
    )


def by_id(db: DuckDBPyConnection, lease_id: str) -> Lease | None:
    """The lease with this id, live or not, with its latest expiry."""
    return row(db.execute(NEWEST, {"lease_id": lease_id}), Lease)


def live(db: DuckDBPyConnection, moment: datetime) -> list[Lease]:
    """The leases that are neither answered nor expired, the latest first."""
    return rows(db.execute(LIVE, {"moment": moment}), Lease)
