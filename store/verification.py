"""Checks the audit from its first row to its head: the chain, the anchors, and every table against it.

An anchor is a snapshot's word of where the chain stood; it is read from the table and from the manifest
beside the file, so that a database that was rebuilt whole does not pass either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pydantic
from duckdb import DuckDBPyConnection
from pydantic import TypeAdapter, ValidationError

from store import snapshots
from store.audit import AuditRow, Head
from store.errors import RequestError
from store.home import Home
from store.ledger import Ledger
from store.messages import AuditReport

CHAIN = """
select seq, body, hash from audit
order  by seq
"""

CHUNK: Final = 10_000
"""Rows in memory at a time."""


@pydantic.dataclasses.dataclass(frozen=True)
class Anchor:
    """Where the chain stood when a snapshot was frozen, or somebody wrote it down."""

    snapshot_id: str
    audit_seq: int
    audit_head: str

    @property
    def whose(self) -> str:
        """Who says so."""
        return f"snapshot {self.snapshot_id}" if self.snapshot_id else "the anchor that was given"


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that does not fit."""

    seq: int
    why: str


def verify(db: DuckDBPyConnection, home: Home, anchor: str | None = None) -> AuditReport:
    """Follows the chain and compares the tables with it, as of one moment; `db` is a cursor of its own.

    `anchor` is `SEQ:HASH` as somebody wrote it down; RequestError where it is not.
    """
    given = [] if anchor is None else [_given(anchor)]
    manifests = list(_manifests(home))  # before the moment, so that the chain is as long as they say
    db.execute("begin")
    anchors = _by_row([*given, *_of_table(db), *manifests])
    head, ledger = Head(), Ledger(home)
    for row in _chain(db):
        broken = _check(head, row, anchors.pop(row.seq, [])) or _tell(ledger, row)
        if broken is not None:
            return _report(head, broken)
        head = Head(row.seq, row.hash)
    broken = _cut_off(head, anchors) or _compare(db, ledger, head)
    if broken is not None:
        return _report(head, broken)
    return AuditReport(rows=head.seq, head=head.hash, unchecked=ledger.missing)


def _chain(db: DuckDBPyConnection) -> Iterator[AuditRow]:
    db.execute(CHAIN)
    while found := db.fetchmany(CHUNK):
        yield from (AuditRow(*columns) for columns in found)


def _given(anchor: str) -> Anchor:
    seq, _, hash_ = anchor.partition(":")
    if not (seq.isdecimal() and int(seq) > 0 and len(hash_) == len(Head().hash)):
        raise RequestError(
            f"Expected an anchor such as 18:HASH, a row and the {len(Head().hash)} digits of its hash; "
            f"got {anchor}."
        )
    return Anchor("", int(seq), hash_.lower())


def _check(head: Head, row: AuditRow, anchors: list[Anchor]) -> Break | None:
    if row.seq != head.seq + 1:
        return Break(head.seq + 1, f"the row is missing; row {row.seq} follows.")
    if head.extended(row.body).hash != row.hash:
        return Break(row.seq, "its hash is not that of the row before it and its own body.")
    for anchor in anchors:
        if anchor.audit_head != row.hash:
            why = f"{anchor.whose} has another hash for this row; the chain was written anew."
            return Break(row.seq, why)
    return None


def _tell(ledger: Ledger, row: AuditRow) -> Break | None:
    try:
        ledger.tell(row)
    except ValueError:
        return Break(row.seq, "its body cannot be read.")
    return None


def _cut_off(head: Head, anchors: Mapping[int, list[Anchor]]) -> Break | None:
    missing = min((seq for seq in anchors if seq > 0), default=None)
    if missing is None:
        return None
    longer = anchors[missing][0].whose
    return Break(head.seq + 1, f"{longer} says that the chain was longer; its end was cut off.")


def _compare(db: DuckDBPyConnection, ledger: Ledger, head: Head) -> Break | None:
    difference = ledger.difference(db, _chain(db))
    if difference is None:
        return None
    return Break(difference.seq or head.seq + 1, difference.why)


def _of_table(db: DuckDBPyConnection) -> Iterator[Anchor]:
    for snapshot in snapshots.every(db):
        yield Anchor(snapshot.snapshot_id, snapshot.audit_seq, snapshot.audit_head)


def _manifests(home: Home) -> Iterator[Anchor]:
    for file in sorted(home.snapshots.glob("*.json")):
        try:
            yield TypeAdapter(Anchor).validate_json(file.read_bytes())
        except ValidationError:
            yield Anchor(file.stem, 1, "an unreadable manifest")


def _by_row(anchors: Iterable[Anchor]) -> dict[int, list[Anchor]]:
    by_row: defaultdict[int, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        by_row[anchor.audit_seq].append(anchor)
    return by_row


def _report(head: Head, broken: Break) -> AuditReport:
    return AuditReport(rows=head.seq, head=head.hash, broken_seq=broken.seq, why=broken.why)
