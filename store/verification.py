"""Checks the audit from its first row to its head: the chain, the labels that it tells of, and the anchors.

An anchor is a snapshot's word of where the chain stood; it is read from the table and from the manifest
beside the file, so that a database that was rebuilt whole does not pass either.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pydantic
from duckdb import DuckDBPyConnection
from pydantic import TypeAdapter, ValidationError

from store import snapshots
from store.audit import AuditRow, Head
from store.home import Home
from store.identity import canonical
from store.messages import AuditReport
from store.records import Label
from store.rows import rows

CHAIN = """
select seq, body, hash from audit
order  by seq
"""

LABELS = """
select * from labels
where  label_id in (select unnest($label_ids::varchar[]))
"""

CHUNK: Final = 10_000
"""Rows in memory at a time."""


@pydantic.dataclasses.dataclass(frozen=True)
class Anchor:
    """Where the chain stood when a snapshot was frozen."""

    snapshot_id: str
    audit_seq: int
    audit_head: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first row that does not fit."""

    seq: int
    why: str


def verify(db: DuckDBPyConnection, home: Home) -> AuditReport:
    """Follows the chain; `db` is a cursor of its own."""
    anchors = _anchors(db, home)
    head = Head()
    with db.cursor() as labels:
        for chunk in _chunks(db):
            for row in chunk:
                broken = _check(head, row, anchors.pop(row.seq, []))
                if broken is not None:
                    return _report(head, broken)
                head = Head(row.seq, row.hash)
            broken = _check_labels(labels, chunk)
            if broken is not None:
                return _report(head, broken)
    missing = min((seq for seq in anchors if seq > 0), default=None)
    if missing is not None:
        longer = anchors[missing][0].snapshot_id
        why = f"snapshot {longer} says that the chain was longer; its end was cut off."
        return _report(head, Break(head.seq + 1, why))
    return AuditReport(rows=head.seq, head=head.hash)


def _chunks(db: DuckDBPyConnection) -> Iterator[list[AuditRow]]:
    db.execute(CHAIN)
    while found := db.fetchmany(CHUNK):
        yield [AuditRow(*columns) for columns in found]


def _check(head: Head, row: AuditRow, anchors: list[Anchor]) -> Break | None:
    if row.seq != head.seq + 1:
        return Break(head.seq + 1, f"the row is missing; row {row.seq} follows.")
    if head.extended(row.body).hash != row.hash:
        return Break(row.seq, "its hash is not that of the row before it and its own body.")
    for anchor in anchors:
        if anchor.audit_head != row.hash:
            why = f"snapshot {anchor.snapshot_id} has another hash for this row; the chain was written anew."
            return Break(row.seq, why)
    return None


def _check_labels(db: DuckDBPyConnection, chunk: list[AuditRow]) -> Break | None:
    """Whether each label that the audit tells of is in its table as it was told."""
    told = {}
    for row in chunk:
        if '"kind":"Label"' in row.body:
            body = json.loads(row.body)
            if body["kind"] == "Label":
                told[body["fact"]["label_id"]] = (row.seq, canonical(body["fact"]))
    kept = rows(db.execute(LABELS, {"label_ids": list(told)}), Label)
    texts = {label.label_id: canonical(label) for label in kept}
    for label_id, (seq, text) in told.items():
        if texts.get(label_id) != text:
            what = "is not what was appended" if label_id in texts else "is gone"
            return Break(seq, f"label {label_id} {what}.")
    return None


def _anchors(db: DuckDBPyConnection, home: Home) -> defaultdict[int, list[Anchor]]:
    anchors: defaultdict[int, list[Anchor]] = defaultdict(list)
    for snapshot in snapshots.every(db):
        anchors[snapshot.audit_seq].append(
            Anchor(snapshot.snapshot_id, snapshot.audit_seq, snapshot.audit_head)
        )
    for file in sorted(home.snapshots.glob("*.json")):
        try:
            anchor = TypeAdapter(Anchor).validate_json(file.read_bytes())
        except ValidationError:
            anchor = Anchor(file.stem, 1, "an unreadable manifest")
        anchors[anchor.audit_seq].append(anchor)
    return anchors


def _report(head: Head, broken: Break) -> AuditReport:
    return AuditReport(rows=head.seq, head=head.hash, broken_seq=broken.seq, why=broken.why)
