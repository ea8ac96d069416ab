"""What the deck sends, parsed at the door, and the verb of the store that each message becomes.

A message may come twice: the deck repeats it until it hears of it. A label's id is its lease, so a second
submission is the same label; an undo names the lease it was pressed on, so a second one finds another there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from annotate.session import Acknowledgement
from store.database import Store
from store.errors import HoneError, RequestError
from store.messages import (
    Actor,
    Assignment,
    Judgement,
    NextComparison,
    NoWork,
    RenewLease,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import Track
from store.verbs import next_comparison, renew_lease, skip_lease, submit_label, undo_label

LONGEST_COMMENT = 2000
LONGEST_REASON = 200
OVER = "The last pair was yours for too long without a sign of life; here is what is open now."
UNREADABLE = "This page and the server disagree about what was sent. Reload the page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message of the deck; `lease` is the one on the screen, None where there was nothing to compare."""

    kind: Literal["submit", "skip", "flag", "undo", "renew", "look"]
    mid: str
    lease: str | None = None
    judgement: Judgement | None = None
    reason: str = ""


def answer(store: Store, actor: Actor, payload: object, focus: Track | None) -> Acknowledgement:
    """Does what the message asks and says what became of it; `focus` is the track on the screen."""
    try:
        sent = TypeAdapter(Sent).validate_python(payload)
    except ValidationError:
        return Acknowledgement(mid=_mid(payload), message=UNREADABLE, refused=True, focus=focus)
    try:
        return _act(store, actor, sent, focus)
    except HoneError as error:
        return Acknowledgement(mid=sent.mid, message=str(error), refused=True, focus=focus)


def _act(store: Store, actor: Actor, sent: Sent, focus: Track | None) -> Acknowledgement:
    match sent:
        case Sent(kind="submit", lease=str(lease), judgement=Judgement() as judgement):
            request = SubmitLabel(lease_id=lease, judgement=_clean(judgement))
            return Acknowledgement(mid=sent.mid, message=_submit(store, actor, request))
        case Sent(kind="skip" | "flag" as kind, lease=str(lease), reason=reason):
            skip = SkipLease(lease_id=lease, reason=reason[:LONGEST_REASON], flagged=kind == "flag")
            skip_lease(store, actor, skip)
            return Acknowledgement(mid=sent.mid, message="Flagged" if skip.flagged else "Skipped")
        case Sent(kind="undo"):
            return _undo(store, actor, sent, focus)
        case Sent(kind="renew", lease=str(lease)):
            return _renew(store, actor, sent, RenewLease(lease_id=lease), focus)
        case Sent(kind="look"):
            return Acknowledgement(mid=sent.mid)
    raise RequestError(UNREADABLE)


def _submit(store: Store, actor: Actor, request: SubmitLabel) -> str:
    saved = submit_label(store, actor, request)
    if saved.repeated:
        return "Already saved"
    return "Saved, though the others had finished it" if saved.surplus else "Saved"


def _renew(
    store: Store, actor: Actor, sent: Sent, request: RenewLease, focus: Track | None
) -> Acknowledgement:
    """Renews the lease. The page replaces one that is over; the deck says so if the pair is another."""
    try:
        renew_lease(store, actor, request)
    except RequestError:
        return Acknowledgement(mid=sent.mid, message=OVER, refused=True, focus=focus)
    return Acknowledgement(mid=sent.mid, focus=focus)


def _undo(store: Store, actor: Actor, sent: Sent, focus: Track | None) -> Acknowledgement:
    """Undoes the newest label, unless a copy of this message has done so: then another lease is shown."""
    if _lease(next_comparison(store, actor, NextComparison(track=focus))) != sent.lease:
        return Acknowledgement(mid=sent.mid, focus=focus)
    reply = undo_label(store, actor, UndoLabel())
    if isinstance(reply, NoWork):
        raise RequestError(reply.reason)
    return Acknowledgement(mid=sent.mid, message="Undone", focus=reply.track)


def _lease(reply: Assignment | NoWork) -> str | None:
    return reply.lease_id if isinstance(reply, Assignment) else None


def _clean(judgement: Judgement) -> Judgement:
    if len(judgement.comment) > LONGEST_COMMENT:
        raise RequestError(f"Expected a comment of at most {LONGEST_COMMENT} characters; shorten it.")
    return judgement


def _mid(payload: object) -> str:
    return str(payload.get("mid", "")) if isinstance(payload, dict) else ""
