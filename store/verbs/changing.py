"""What an annotator changes afterwards: a judgement is said anew or taken back. Both are further rows."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from store import comparisons, edits, golds, labels, own_labels, prompts, reviews
from store.database import Store
from store.errors import MissingError, RequestError
from store.leases import new_lease
from store.messages import Actor, Assignment, EditLabel, NoWork, Saved, UndoLabel
from store.queueing.asked import Asked
from store.queueing.holds import Held
from store.records import Comparison, Edit, Label, Lease, Retraction, Track, Verdict, now
from store.verbs.assignments import assignment, check_qualified, judged
from store.verbs.blindness import check_blind
from store.verbs.roles import allow_judging


def edit_label(store: Store, actor: Actor, request: EditLabel) -> Saved:
    """The actor's label says this from now on; saying again what it says changes nothing, unless a reviewer
    sent it back: then it stands by what it said."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        label = _own(db, actor, request.label_id)
        held = _held(label, _open(db, label), _track(db, label))
        check_blind(db, actor, label.comparison_id)
        said = judged(request.judgement, held, label.guideline_version)
        newest = edits.newest(db, label.label_id)
        sent_back = reviews.verdict(db, label.label_id) is Verdict.SEND_BACK
        if _same(said, newest or label) and not sent_back:
            return Saved(label_id=label.label_id, repeated=True, surplus=label.surplus)
        edit = Edit(
            label_id=label.label_id,
            version=newest.version + 1 if newest else 1,
            ranks=said.ranks,
            degree=said.degree,
            both_bad=said.both_bad,
            safety=said.safety,
            reasons=said.reasons,
            comment=said.comment,
            seconds=said.seconds,
        )
        with store.turns.of(reviews.turn(label.label_id)):
            store.append(actor.annotator_id, edit)
        return Saved(label_id=label.label_id, surplus=label.surplus)


def undo_label(store: Store, actor: Actor, request: UndoLabel) -> Assignment | NoWork:
    """Retracts the actor's newest label in the open batch and leases its comparison to them again."""
    allow_judging(actor)
    moment = now()
    with store.turns.of(actor.annotator_id), store.reading() as db:
        if request.label_id is not None and labels.retracted(db, request.label_id):
            return _again(store, db, _own_label(db, actor, request.label_id), moment)
        label = own_labels.newest(db, actor.annotator_id)
        if label is None:
            return NoWork(reason="There is nothing to undo in the open batch.")
        if request.label_id not in {None, label.label_id}:
            raise RequestError(
                "Only your newest label can be undone; edit an older one instead.", key="only_newest"
            )
        check_qualified(store, actor, _track(db, label))
        check_blind(db, actor, label.comparison_id)
        retraction = Retraction(label_id=label.label_id, annotator_id=actor.annotator_id, reason="undone")
        lease = _once_more(label, moment, store.queue.lease_time)
        with store.turns.of("gold"):  # nobody makes it gold meanwhile
            ended = golds.ends(db, [label.label_id], actor.annotator_id, "the label was undone")
            store.append(actor.annotator_id, retraction, lease, *ended)
        (wanted,) = comparisons.wanted(db, [label.comparison_id])
        return assignment(store, db, store.queue.reopen(label, wanted, lease))


def _once_more(label: Label, moment: datetime, lasting: timedelta) -> Lease:
    """A lease on what was judged, shown as it was: a repeat stays swapped."""
    lease = new_lease(label.annotator_id, label.comparison_id, len(label.ranks), moment, lasting)
    return replace(lease, shown_order=label.shown_order)


def _again(store: Store, db: DuckDBPyConnection, label: Label, moment: datetime) -> Assignment | NoWork:
    """What the first undo of this label gave, as long as its lease is live."""
    holding = store.queue.holding(Asked(label.annotator_id, _track(db, label)), moment)
    held = next((one for one in holding if one.lease.comparison_id == label.comparison_id), None)
    if held is None:
        return NoWork(reason="This label was undone already.")
    return assignment(store, db, held)


def _own_label(db: DuckDBPyConnection, actor: Actor, label_id: str) -> Label:
    label = labels.by_id(db, label_id)
    if label is None or label.annotator_id != actor.annotator_id:
        raise MissingError(
            f"You have given no label {label_id}; look at your own labels for its id.", key="no_label"
        )
    return label


def _own(db: DuckDBPyConnection, actor: Actor, label_id: str) -> Label:
    label = _own_label(db, actor, label_id)
    if labels.retracted(db, label_id):
        raise RequestError(
            "This label was withdrawn; judge its comparison again instead.", key="label_withdrawn"
        )
    return label


def _open(db: DuckDBPyConnection, label: Label) -> Comparison:
    """The label's comparison, whose batch still collects."""
    own = own_labels.one(db, label.annotator_id, label.label_id)
    if own is None or not own.can_change:
        raise RequestError(
            "This label's batch is closed and may have trained already; tell a reviewer.", key="batch_closed"
        )
    comparison = comparisons.by_id(db, label.comparison_id)
    assert comparison is not None  # noqa: S101  # it was judged
    return comparison


def _track(db: DuckDBPyConnection, label: Label) -> Track:
    comparison = comparisons.by_id(db, label.comparison_id)
    assert comparison is not None  # noqa: S101  # it was judged
    prompt = prompts.by_id(db, comparison.prompt_id)
    assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
    return prompt.track


def _held(label: Label, comparison: Comparison, track: Track) -> Held:
    """As if the label were being given now."""
    lease = Lease(
        lease_id=label.label_id,
        comparison_id=label.comparison_id,
        annotator_id=label.annotator_id,
        shown_order=label.shown_order,
        expires_at=label.made_at,
    )
    return Held(lease, track, comparison.batch_id)


def _same(said: Label, known: Label | Edit) -> bool:
    """Whether both say the same, however long it took."""
    judgement = {one.name for one in fields(Edit)} - {"label_id", "version", "seconds", "made_at"}
    return all(getattr(said, name) == getattr(known, name) for name in judgement)
