"""An annotator's own labels: the latest ones, and one of them as it was shown, to be said anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import batches, comparisons, labels, own_labels, prompts, responses
from store.database import Store
from store.errors import RequestError
from store.messages import Actor, Assignment, Judgement
from store.own_labels import OwnLabel, OwnSkip
from store.queueing.asked import Asked
from store.queueing.line import MEASURING, form_of
from store.records import Degree, Form, SafetyLabel, Track
from store.verbs.roles import allow_judging

Most = Annotated[int, Field(ge=1, le=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwnLabels:
    """Wants the actor's newest labels that stand, so many at most; of one form where that is said."""

    most: Most = 20
    form: Form | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwnSkips:
    """Wants what the actor skipped and flagged lately."""

    most: Most = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSentBack:
    """Wants what a reviewer sent back to the actor and still waits to be said anew."""

    most: Most = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOwnLabel:
    """Wants a label of the actor's as it was shown."""

    label_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A label of one's own in a list: what it is about in its prompt's last words, and what it says.

    `ranks` and `safety` are by shown place. `can_change` as long as its batch is open, or where a reviewer
    sent it back, who says why in `sent_back`.
    """

    label_id: str
    track: Track
    form: Form
    in_chat: bool
    about: str
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    seconds: float
    edits: int
    made_at: datetime
    can_change: bool
    sent_back: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """What one gave back unjudged; `answer` is a reviewer's word on a flag."""

    track: Track
    about: str
    reason: str
    flagged: bool
    made_at: datetime
    answer: str | None


def list_own_labels(store: Store, actor: Actor, request: ListOwnLabels) -> tuple[Given, ...]:
    """The actor's newest labels that stand, the newest first. Which of them only measure is not said."""
    allow_judging(actor)
    with store.reading() as db:
        found = [_given(one) for one in own_labels.recent(db, actor.annotator_id, request.most, request.form)]
    return tuple(found)


def list_sent_back(store: Store, actor: Actor, request: ListSentBack) -> tuple[Given, ...]:
    """The actor's labels that a reviewer sent back, the newest first; none that was said anew."""
    allow_judging(actor)
    with store.reading() as db:
        return tuple(_given(one) for one in own_labels.sent_back(db, actor.annotator_id, request.most))


def list_own_skips(store: Store, actor: Actor, request: ListOwnSkips) -> tuple[Skipped, ...]:
    """What the actor skipped and flagged, the newest first."""
    allow_judging(actor)
    with store.reading() as db:
        return tuple(_skipped(one) for one in own_labels.skips(db, actor.annotator_id, request.most))


def read_own_label(store: Store, actor: Actor, request: ReadOwnLabel) -> Assignment:
    """The label as an assignment whose lease is its id and whose draft is what it says; for `edit_label`.

    RequestError where it is not the actor's, does not stand, or is of a batch that is closed.
    """
    allow_judging(actor)
    with store.reading() as db:
        own = _changeable(db, actor, request.label_id)
        label = labels.by_id(db, own.label_id)
        assert label is not None  # noqa: S101  # it was just found
        comparison = comparisons.by_id(db, label.comparison_id)
        assert comparison is not None  # noqa: S101  # it was judged
        prompt = prompts.by_id(db, comparison.prompt_id)
        newest = batches.open_batch(db)
        assert prompt is not None and newest is not None  # noqa: S101, PT018  # it can be changed
        form = form_of(len(own.ranks))
        # What only measures is hidden in the open batch.
        batch_id = newest.batch_id if comparison.purpose in MEASURING else comparison.batch_id
        done = store.queue.done(actor.annotator_id, batch_id, form)
        return Assignment(
            lease_id=own.label_id,
            track=own.track,
            turns=own.turns,
            responses=tuple(
                responses.text(db, comparison.response_ids[response]) for response in own.shown_order
            ),
            expires_at=own.made_at,
            done=done,
            total=done + store.queue.left(Asked(actor.annotator_id, form=form), batch_id),
            batch_id=batch_id,
            guideline_version=own.guideline_version,
            draft=_judgement(own),
        )


def _changeable(db: DuckDBPyConnection, actor: Actor, label_id: str) -> OwnLabel:
    own = own_labels.one(db, actor.annotator_id, label_id)
    if own is None:
        raise RequestError(
            "You have no such label that stands; look at your own under My work.", key="no_label"
        )
    if not own.can_change:
        raise RequestError(
            "This label's batch is closed and may have trained already; tell a reviewer.",
            key="batch_closed",
        )
    return own


def _judgement(own: OwnLabel) -> Judgement:
    return Judgement(
        ranks=tuple(own.ranks[response] for response in own.shown_order),
        degree=own.degree,
        both_bad=own.both_bad,
        safety=tuple(own.safety[response] for response in own.shown_order) if own.safety else (),
        reasons=own.reasons,
        comment=own.comment,
        seconds=own.seconds,
    )


def _given(own: OwnLabel) -> Given:
    said = _judgement(own)
    return Given(
        label_id=own.label_id,
        track=own.track,
        form=form_of(len(own.ranks)),
        in_chat=own.in_chat,
        about=own.turns[-1].content,
        ranks=said.ranks,
        degree=said.degree,
        both_bad=said.both_bad,
        safety=said.safety,
        seconds=said.seconds,
        edits=own.edits,
        made_at=own.made_at,
        can_change=own.can_change,
        sent_back=own.sent_back,
    )


def _skipped(one: OwnSkip) -> Skipped:
    return Skipped(
        track=one.track,
        about=one.turns[-1].content,
        reason=one.reason,
        flagged=one.flagged,
        made_at=one.made_at,
        answer=one.answer,
    )
