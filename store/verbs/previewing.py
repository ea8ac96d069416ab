"""What the next round would learn from, looked at by a person before it starts, and the signature under it.

Whether a round waits for a signature is a setting of the rounds' (`round.signature`), not known here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import (
    audit,
    counts,
    narrowing,
    outlook,
    policies,
    power,
    preferences,
    round_signatures,
)
from store.database import Store
from store.errors import RequestError
from store.identity import canonical
from store.messages import Actor, Narrowing
from store.new_labels import new_labels
from store.outlook import Spoken
from store.records import Contents, Role, RoundSignature, Track, now
from store.reviews import ReviewSettings
from store.round_signatures import RoundSigned, SignatureSettings
from store.settings import load_part, load_section
from store.verbs.assignments import check_words
from store.verbs.roles import allow
from store.verbs.track_outlook import Share, TrackOutlook, of_tracks
from store.verbs.vouching import Vouch, signed_in

GAIN: Final = 0.02
"""Two points of win rate."""
HELD_OUT: Final = "held out"
"""Why a label on a held-out prompt does not teach, though it is in the snapshot."""
LONGEST_NOTE: Final = 2_000
"""Characters of a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtNextRound:
    """Wants to see what the next round would learn from; on the tracks `required`, and on those that the
    home's settings name, labels teach only once a reviewer has confirmed them."""

    required: tuple[Track, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Blind judgements of the new policy beside the one before it that tell a win rate of 1/2 + `gain` from
    1/2 (`store.power`): `needed` by judges who are always right, `needed_so` by those who are right on known
    answers as often as these; `told` is the smallest gain that so many as there are new labels would tell.
    None where nobody knows, or no number would do."""

    gain: float
    needed: int | None
    needed_so: int | None
    told: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSignatureSeen:
    """Who signed the next round; `since` is how much was said of labels after what they were shown."""

    signed_by: str
    name: str
    note: str
    made_at: datetime
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NextRound:
    """What the next round would learn from, and on which tracks of these nothing trains until a reviewer has
    signed what it freezes (`sign_off`).

    `labels` stand, `new_labels` of them since the last round; `left_out` are those that do not teach, by
    reason. The same `spoken` is the same labels.
    """

    round: int
    policy_id: str | None
    labels: int
    new_labels: int
    tracks: tuple[TrackOutlook, ...]
    left_out: Mapping[str, int]
    sign_off: tuple[Track, ...]
    power: Told
    spoken: Spoken
    signatures: tuple[RoundSignatureSeen, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRound:
    """Lets this round learn from what the signer was shown, named by its `spoken`; `vouch` where the `hone`
    command signs for a person."""

    round: Annotated[int, Field(ge=1)]
    spoken: Spoken
    note: str = ""
    vouch: Vouch | None = None


def look_at_next_round(store: Store, actor: Actor, request: LookAtNextRound) -> NextRound:
    """The figures as they stand now."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return _seen(store, db, request.required)


def sign_round(store: Store, actor: Actor, request: SignRound) -> RoundSignatureSeen:
    """Keeps the signature with what was seen; RequestError where more than
    `round.signature_slack` was said of labels since."""
    allow(actor, Role.ENGINEER)
    who = signed_in(store, actor, request.vouch)
    allow(who, Role.ENGINEER)
    check_words("note", request.note, LONGEST_NOTE)
    with store.turns.of("round signatures"):
        with store.reading() as db:
            seen, head = _seen(store, db, ()), audit.head(db)
        since = _signable(store, seen, request)
        # Labels go on coming on a busy home: what counts is how much was said when the signer looked.
        seen = dataclasses.replace(seen, spoken=request.spoken)
        signature = RoundSignature(
            round=seen.round,
            signed_by=who.annotator_id,
            seen=canonical(_kept(seen) | {"audit_seq": head.seq, "audit_head": head.hash}),
            note=request.note.strip(),
            made_at=now(),
        )
        store.append(who.annotator_id, signature)
    return RoundSignatureSeen(
        signed_by=who.annotator_id,
        name=who.name,
        note=signature.note,
        made_at=signature.made_at,
        since=since,
    )


def _signable(store: Store, seen: NextRound, request: SignRound) -> int:
    """How much was said of labels since the signer looked, which a round may learn from all the same."""
    if request.round != seen.round:
        raise RequestError(
            f"Round {request.round} is not the next one any more, round {seen.round} is; look at it anew."
        )
    if not any(one.labels for one in seen.tracks):
        raise RequestError("There are no labels that teach, so there is nothing to sign; label first.")
    since = seen.spoken.total - request.spoken.total
    slack = load_part(SignatureSettings, "round", store.home.settings).signature_slack
    if since > slack or not seen.spoken.follows(request.spoken):
        raise RequestError(
            f"{_labels(since)} came or changed since you looked; look at the figures as they are now, and "
            "sign those."
        )
    return since


def _labels(count: int) -> str:
    return "1 label" if count == 1 else f"{count:,} labels"


def _kept(seen: NextRound) -> dict[str, Any]:
    """What was shown, without who had signed before."""
    told = dataclasses.asdict(seen)
    return {name: value for name, value in told.items() if name not in {"round", "signatures"}}


def _seen(store: Store, db: DuckDBPyConnection, required: Sequence[Track]) -> NextRound:
    review = load_section(ReviewSettings, "review", store.home.settings)
    db.execute("begin")  # the figures and what was said so far belong together
    newest = policies.newest(db)
    preferences.judge(
        db, narrowing.settle(db, Contents.PREFERENCES, Narrowing(), (*review.required, *required))
    )
    number = round_signatures.next_round(db)
    new, spoken = new_labels(db, store.home), outlook.spoken(db)
    tracks = of_tracks(db, newest.policy_id if newest else "")
    seen = NextRound(
        round=number,
        policy_id=newest.policy_id if newest else None,
        labels=counts.counts(db).labels,
        new_labels=new,
        tracks=tracks,
        left_out=_left_out(db),
        sign_off=tuple(one.track for one in tracks if one.labels and one.track in review.sign_off),
        power=_power(tracks[-1].golds, new),
        spoken=spoken,
        signatures=tuple(_signed(one, spoken) for one in round_signatures.of_round(db, number)),
    )
    db.execute("commit")
    return seen


def _left_out(db: DuckDBPyConnection) -> dict[str, int]:
    """Those on held-out prompts, then by the reason that a snapshot would give."""
    measuring = outlook.measuring(db)
    return ({HELD_OUT: measuring} if measuring else {}) | preferences.left_out(db)


def _power(golds: Share, new_labels: int) -> Told:
    right = golds.share.value if golds.share else None
    return Told(
        gain=GAIN,
        needed=power.labels_needed(GAIN),
        needed_so=power.labels_needed(GAIN, right) if right is not None else None,
        told=power.gain_told(new_labels, 1.0 if right is None else right),
    )


def _signed(one: RoundSigned, spoken: Spoken) -> RoundSignatureSeen:
    return RoundSignatureSeen(
        signed_by=one.signed_by,
        name=one.name,
        note=one.note,
        made_at=one.made_at,
        since=one.since(spoken),
    )
