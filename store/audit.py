"""The audit: a chain of rows in which each hash covers the one before it, so that no row changes unseen.

`hash = sha256(previous hash + body)`; a body is canonical JSON of who appended which fact and when. The
chain shows tampering to whoever holds an anchor (a snapshot's); it cannot show what lies after the last
anchor.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.rows import row

INSERT = """
insert into audit by name
select unnest(from_json($facts, '[{
  "seq": "BIGINT", "body": "VARCHAR", "hash": "VARCHAR"
}]'), max_depth := 2)
"""

HEAD = """
select seq, hash from audit
order  by seq desc
limit  1
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's last row: its number, from 1, and its hash."""

    seq: int = 0
    hash: str = "0" * 64

    def extended(self, body: str) -> Head:
        """The head after a further row."""
        return Head(self.seq + 1, hashlib.sha256((self.hash + body).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row of the chain."""

    seq: int
    body: str
    hash: str


def head(db: DuckDBPyConnection) -> Head:
    """Where the chain ends now."""
    return row(db.execute(HEAD), Head) or Head()


def extend(start: Head, bodies: list[str]) -> tuple[Head, list[AuditRow]]:
    """The rows that append the bodies to the chain, and its new head."""
    chained = []
    for body in bodies:
        start = start.extended(body)
        chained.append(AuditRow(start.seq, body, start.hash))
    return start, chained
