"""What a surface sends, parsed at the door, and the verb of the store that each message becomes.

A message may come twice: the surface repeats it until it hears of it. A label's id is its lease, so a second
submission is the same label; an undo names the lease it was pressed on, so a second one finds another there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from annotate.session import Acknowledgement
from annotate.visit import Visit
from annotate.words import ENGLISH, Words, words
from store import drafts
from store.errors import HoneError, RequestError
from store.messages import (
    Assignment,
    EditLabel,
    Judgement,
    NextComparison,
    NoWork,
    RenewLease,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import Form, Track
from store.verbs import edit_label, next_comparison, renew_lease, skip_lease, submit_label, undo_label
from store.verbs.guiding import ReadGuideline, read_guideline
from store.verbs.own_labels import ListOwnLabels, ReadOwnLabel, list_own_labels, read_own_label

LONGEST_COMMENT: Final = 2000
LONGEST_REASON: Final = 200
SKIPS: Final = ("topic", "language", "long", "broken")
FLAGS: Final = ("personal", "shocking", "senseless", "display")
"""Why something is given back; the catalogue has the words, and the store keeps the English ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message of a surface; `lease` is the one on the screen, None where there was nothing to do.

    `pair` names the draft of what is on the screen, `label` the own label to be opened, `next` the lease that
    comes after this one; `track` and `version` are of a guideline that was read.
    """

    kind: Literal["submit", "edit", "skip", "flag", "undo", "open", "leave", "renew", "look", "read"]
    mid: str
    lease: str | None = None
    pair: str = ""
    judgement: Judgement | None = None
    reason: str = ""
    label: str = ""
    next: str | None = None
    track: Track | None = None
    version: int | None = None


SENT: Final = TypeAdapter(Sent)


def answer(visit: Visit, form: Form, payload: object, before: Acknowledgement) -> Acknowledgement:
    """Does what the message asks and says what became of it; `before` is what was said last."""
    kept = Acknowledgement(mid=_mid(payload), focus=before.focus, editing=before.editing)
    try:
        sent = SENT.validate_python(payload)
    except ValidationError:
        return replace(kept, message=visit.words.text("surface.unreadable"), refused=True)
    try:
        return _act(visit, form, sent, kept)
    except HoneError as error:
        return replace(kept, message=visit.words.refusal(error), refused=True)


def _act(visit: Visit, form: Form, sent: Sent, kept: Acknowledgement) -> Acknowledgement:
    match sent.kind:
        case "submit" | "edit" | "skip" | "flag":
            return _finish(visit, sent)
        case "undo":
            return _undo(visit, form, sent, kept)
        case "open":
            read_own_label(visit.store, visit.actor, ReadOwnLabel(label_id=sent.label))
            return replace(kept, editing=sent.label)
        case "leave":
            drafts.drop(visit.store.home, visit.actor.annotator_id, sent.pair)
            return replace(kept, editing=None)
    return _attend(visit, sent, kept)


def _finish(visit: Visit, sent: Sent) -> Acknowledgement:
    """The item on the screen is done with, and so is its draft."""
    match sent:
        case Sent(kind="submit", lease=str(lease), judgement=Judgement() as judgement):
            said = _submit(visit, lease, judgement)
        case Sent(kind="edit", lease=str(lease), judgement=Judgement() as judgement):
            said = _edit(visit, lease, judgement)
        case Sent(kind="skip" | "flag", lease=str(lease)):
            said = _give_back(visit, lease, sent)
        case _:
            raise RequestError(visit.words.text("surface.unreadable"))
    drafts.drop(visit.store.home, visit.actor.annotator_id, sent.pair)
    return Acknowledgement(mid=sent.mid, message=visit.words.text(f"surface.{said}"))


def _attend(visit: Visit, sent: Sent, kept: Acknowledgement) -> Acknowledgement:
    """What changes nothing on the screen."""
    match sent:
        case Sent(kind="renew", lease=str(lease)):
            return _renew(visit, lease, sent, kept)
        case Sent(kind="read", track=Track() as track, version=int(version)):
            read_guideline(visit.store, visit.actor, ReadGuideline(track=track, version=version))
    return kept


def _submit(visit: Visit, lease: str, judgement: Judgement) -> str:
    _check(visit, judgement)
    saved = submit_label(visit.store, visit.actor, SubmitLabel(lease_id=lease, judgement=judgement))
    if saved.repeated:
        return "already_saved"
    return "surplus" if saved.surplus else "saved"


def _edit(visit: Visit, label: str, judgement: Judgement) -> str:
    _check(visit, judgement)
    saved = edit_label(visit.store, visit.actor, EditLabel(label_id=label, judgement=judgement))
    return "unchanged" if saved.repeated else "changed"


def _give_back(visit: Visit, lease: str, sent: Sent) -> str:
    is_flag = sent.kind == "flag"
    reason = sent.reason[:LONGEST_REASON]
    if reason in (FLAGS if is_flag else SKIPS):
        reason = words(ENGLISH).text(f"surface.{sent.kind}_{reason}")
    skip_lease(visit.store, visit.actor, SkipLease(lease_id=lease, reason=reason, flagged=is_flag))
    return "flagged" if is_flag else "skipped"


def told(reason: str, said: Words) -> str:
    """A reason as it was kept, in the words of whoever looks; one that is in no menu stays as it is."""
    kept = words(ENGLISH)
    names = (*(f"surface.skip_{each}" for each in SKIPS), *(f"surface.flag_{each}" for each in FLAGS))
    return next((said.text(name) for name in names if kept.text(name) == reason), reason)


def _renew(visit: Visit, lease: str, sent: Sent, kept: Acknowledgement) -> Acknowledgement:
    """Renews what is held. The page replaces a lease that is over; the surface says so."""
    try:
        for each in filter(None, (lease, sent.next)):
            renew_lease(visit.store, visit.actor, RenewLease(lease_id=each))
    except RequestError:
        return replace(kept, message=visit.words.text("surface.over"), refused=True)
    return kept


def _undo(visit: Visit, form: Form, sent: Sent, kept: Acknowledgement) -> Acknowledgement:
    """Undoes the newest label, unless a copy of this message has done so: then another lease is shown."""
    wanted = NextComparison(track=kept.focus, form=form)
    if _lease(next_comparison(visit.store, visit.actor, wanted)) != sent.lease:
        return kept
    newest = list_own_labels(visit.store, visit.actor, ListOwnLabels(most=1))
    if newest and (newest[0].form is not form or newest[0].in_chat):
        raise RequestError(visit.words.text("surface.undo_elsewhere"))
    reply = undo_label(visit.store, visit.actor, UndoLabel())
    if isinstance(reply, NoWork):
        raise RequestError(reply.reason, key="nothing_to_undo")
    return replace(kept, message=visit.words.text("surface.undone"), focus=reply.track)


def _lease(reply: Assignment | NoWork) -> str | None:
    return reply.lease_id if isinstance(reply, Assignment) else None


def _check(visit: Visit, judgement: Judgement) -> None:
    if len(judgement.comment) > LONGEST_COMMENT:
        raise RequestError(visit.words.text("surface.comment_too_long", most=LONGEST_COMMENT))


def _mid(payload: object) -> str:
    return str(payload.get("mid", "")) if isinstance(payload, dict) else ""
