"""What a reviewer reads of a snapshot, and the signature that lets it train."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import lineage, reviews, signatures, snapshots
from store.database import Store
from store.descent import Trained, everything
from store.errors import RequestError
from store.identity import canonical
from store.marks import withdrawn
from store.messages import Actor
from store.records import Contents, RewardModel, Role, Signature, Snapshot, Track
from store.reviews import ReviewSettings
from store.settings import load_section
from store.signatures import Signed
from store.verbs.assignments import check_words
from store.verbs.roles import allow
from store.verbs.vouching import Vouch, reviewer

LONGEST_NOTE = 2_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtSnapshot:
    """Wants to see a snapshot, `snapshot:ID` or the id; it may be its first letters."""

    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSeen:
    """A snapshot, who has signed it, on how many of its labels a reviewer has ruled, how many were retracted
    or overruled since, and the rounds whose reward models it trained already."""

    snapshot: Snapshot
    signatures: tuple[Signed, ...]
    reviewed: int
    withdrawn: int
    trained: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSnapshot:
    """Lets a snapshot train, though so many of its labels were `withdrawn` since it was frozen; `vouch` where
    the `hone` command signs for a person."""

    snapshot: str
    note: str = ""
    withdrawn: Annotated[int, Field(ge=0)] = 0
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSnapshots:
    """Wants what was frozen to train reward models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotListed:
    """A snapshot of preferences: its rows, who has signed it, the rounds whose reward models it trained
    already, and whether it `waits` for a signature: nobody gave one, the home's settings ask for one on a
    track of it, and no model of that track has learned from it, as one may have before they asked."""

    snapshot_id: str
    rows: int
    tracks: tuple[Track, ...]
    signed_by: tuple[str, ...]
    waits: bool
    trained: tuple[int, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotsListed:
    """The tracks on which nothing trains unsigned, and all snapshots, the newest first."""

    required: tuple[Track, ...]
    snapshots: tuple[SnapshotListed, ...]


def list_snapshots(store: Store, actor: Actor, _request: ListSnapshots) -> SnapshotsListed:
    """Those of preferences: nothing else trains the models that judge."""
    allow(actor, Role.REVIEWER)
    required = load_section(ReviewSettings, "review", store.home.settings).sign_off
    with store.reading() as db:
        found = [one for one in snapshots.every(db) if one.contents is Contents.PREFERENCES]
        trained = everything(db)
        listed = [_listed(db, one, required, trained) for one in reversed(found)]
    return SnapshotsListed(required=required, snapshots=tuple(listed))


def _listed(
    db: DuckDBPyConnection, one: Snapshot, required: tuple[Track, ...], trained: Trained
) -> SnapshotListed:
    tracks = tuple(Track(name) for name in json.loads(one.counts).get("by_track", {}))
    signed_by = tuple(signed.name for signed in signatures.of_snapshot(db, one.snapshot_id))
    unsigned = set(tracks) & set(required) - {model.track for model in _models(trained, one.snapshot_id)}
    return SnapshotListed(
        snapshot_id=one.snapshot_id,
        rows=one.row_count,
        tracks=tracks,
        signed_by=signed_by,
        waits=not signed_by and bool(unsigned),
        trained=_rounds(trained, one.snapshot_id),
        made_at=one.made_at,
    )


def _rounds(trained: Trained, snapshot_id: str) -> tuple[int, ...]:
    return tuple(sorted({one.round for one in _models(trained, snapshot_id)}))


def _models(trained: Trained, snapshot_id: str) -> list[RewardModel]:
    return [one for one in trained.reward_models if one.snapshot_id == snapshot_id]


def look_at_snapshot(store: Store, actor: Actor, request: LookAtSnapshot) -> SnapshotSeen:
    """The snapshot as a reviewer sees it before signing."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        snapshot = _snapshot(db, request.snapshot)
        ruled = gone = 0
        if snapshot.contents is Contents.PREFERENCES:
            path = snapshots.file(store.home, snapshot)
            ruled, gone = reviews.reviewed(db, path), len(withdrawn(db, path))
        return SnapshotSeen(
            snapshot=snapshot,
            signatures=tuple(signatures.of_snapshot(db, snapshot.snapshot_id)),
            reviewed=ruled,
            withdrawn=gone,
            trained=_rounds(everything(db), snapshot.snapshot_id),
        )


def sign_snapshot(store: Store, actor: Actor, request: SignSnapshot) -> Signed:
    """Keeps the signature with what was seen; who has signed already has signed.

    RequestError where other labels of it were withdrawn than the signer says.
    """
    who = reviewer(store, actor, request.vouch)
    check_words("note", request.note, LONGEST_NOTE)
    seen = look_at_snapshot(store, who, LookAtSnapshot(snapshot=request.snapshot))
    snapshot = seen.snapshot
    given = next((one for one in seen.signatures if one.reviewer_id == who.annotator_id), None)
    if given is not None:
        return given
    _check_withdrawn(seen.withdrawn, request.withdrawn)
    _check_file(Path(snapshots.file(store.home, snapshot)), snapshot)
    signature = Signature(
        snapshot_id=snapshot.snapshot_id,
        reviewer_id=who.annotator_id,
        seen=canonical(
            {
                "rows": snapshot.row_count,
                "parameters": json.loads(snapshot.parameters),
                "counts": json.loads(snapshot.counts),
                "left_out": json.loads(snapshot.left_out),
                "reviewed": seen.reviewed,
                "withdrawn": seen.withdrawn,
            }
        ),
        note=request.note,
    )
    store.append(who.annotator_id, signature)
    with store.reading() as db:
        every = signatures.of_snapshot(db, snapshot.snapshot_id)
    return next(one for one in every if one.reviewer_id == who.annotator_id)


def _snapshot(db: DuckDBPyConnection, start: str) -> Snapshot:
    thing = start if ":" in start else f"snapshot:{start}"
    _noun, name = lineage.meant(db, everything(db), thing, ("snapshot",))
    found = snapshots.by_id(db, name)
    assert found is not None  # noqa: S101  # it was just found
    return found


def _check_withdrawn(withdrawn: int, known: int) -> None:
    """Nobody signs unawares what has lost labels since."""
    if withdrawn != known:
        count = "1 label of it was" if withdrawn == 1 else f"{withdrawn:,} labels of it were"
        raise RequestError(
            f"{count} retracted or overruled since it was frozen. A round that waits for it freezes anew as "
            "it goes on: sign that one then, or say that you sign this one knowing so "
            f"(withdrawn: {withdrawn}).",
            key="sign_withdrawn",
            count=withdrawn,
        )


def _check_file(file: Path, snapshot: Snapshot) -> None:
    """Nobody signs what is not what was frozen."""
    with file.open("rb") as handle:
        sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
    if sha256 != snapshot.snapshot_id:
        raise RequestError(
            f"The file {file.name} is not what was frozen; put back the one that was, or freeze anew."
        )
