"""What an annotator does: take a comparison, keep it, judge it or skip it."""

from __future__ import annotations

from dataclasses import replace

from duckdb import DuckDBPyConnection

from store import comparisons, labels, leases, prompts
from store.database import Store
from store.errors import MissingError, RequestError
from store.messages import (
    Actor,
    Assignment,
    Cause,
    NextComparison,
    NoWork,
    Renewed,
    RenewLease,
    Saved,
    SkipLease,
    SubmitLabel,
)
from store.queueing.asked import Asked
from store.queueing.holds import Held
from store.records import Fact, Label, Lease, Purpose, Skip, now
from store.verbs.assignments import (
    LONGEST_REASON,
    assignment,
    check_qualified,
    check_words,
    comparison_of,
    judged,
)
from store.verbs.blindness import check_blind
from store.verbs.no_work import no_work
from store.verbs.roles import allow_judging


def next_comparison(store: Store, actor: Actor, request: NextComparison) -> Assignment | NoWork:
    """What the actor holds already, else the best that is open to them.

    Its lease is durable; one that comes after another is when that other is answered.
    """
    allow_judging(actor)
    moment, asked = now(), Asked(actor.annotator_id, request.track, request.form)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        holding = [
            held for held in store.queue.holding(asked, moment) if held.lease.lease_id != request.after
        ]
        if holding:
            if request.after is None and store.queue.ahead.has(holding[0].lease):
                _write(store, actor.annotator_id)
            return assignment(store, db, holding[0])
        if request.after is not None and store.queue.is_short():
            return NoWork(reason="The last ones are given out one at a time.", cause=Cause.HELD)
        held = store.queue.lease(asked, moment)
        if held is None:
            return no_work(store.queue, db, asked)
        try:
            facts: list[Fact] = [held.lease]
            if held.purpose is Purpose.SWAPPED:
                facts.insert(0, comparison_of(db, held))
            if request.after is None:
                writing = store.append_later(actor.annotator_id, *facts)
                assigned = assignment(store, db, held)  # read while the lease is being written
                writing.wait()
            else:
                assigned = assignment(store, db, held)
                store.queue.ahead.put(actor.annotator_id, *facts)
        except BaseException:
            store.queue.release(held.lease)
            raise
        return assigned


def _write(store: Store, annotator_id: str, *facts: Fact) -> None:
    """Keeps the facts, after those that the annotator took ahead, in one transaction."""
    ahead = store.queue.ahead.of(annotator_id)
    if ahead or facts:
        store.append(annotator_id, *ahead, *facts)
    store.queue.ahead.settle(annotator_id, ahead)


def renew_lease(store: Store, actor: Actor, request: RenewLease) -> Renewed:
    """The lease's time starts anew; RequestError when it is over and was not answered by the actor."""
    allow_judging(actor)
    held = store.queue.held(request.lease_id)
    if held is not None:
        _own(held.lease, actor)
    lease = store.queue.renew(request.lease_id, now())
    if lease is None:
        with store.reading() as db:
            answer = labels.by_id(db, request.lease_id)
        if answer is not None and answer.annotator_id == actor.annotator_id:
            return Renewed(expires_at=now())  # a heartbeat that came after the label: nothing is left to hold
        raise RequestError(
            "This lease is over; what you submit still counts if nobody else has judged it.", key="lease_over"
        )
    with store.turns.of(actor.annotator_id):
        _write(store, actor.annotator_id, lease)
    return Renewed(expires_at=lease.expires_at)


def submit_label(store: Store, actor: Actor, request: SubmitLabel) -> Saved:
    """Keeps the judgement; the same lease again is the same label, whatever it says then."""
    allow_judging(actor)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        held = store.queue.held(request.lease_id)
        if held is None:
            _write(store, actor.annotator_id)  # it may have been taken ahead, and be over
            repeated = labels.by_id(db, request.lease_id)
            if repeated is not None and repeated.annotator_id == actor.annotator_id:
                return Saved(label_id=repeated.label_id, repeated=True, surplus=repeated.surplus)
            held = _late(db, actor, request.lease_id)
            check_qualified(store, actor, held.track)  # who was barred holds nothing any more
            check_blind(db, actor, held.lease.comparison_id)
        _own(held.lease, actor)
        label = judged(request.judgement, held, store.guideline_version(held.track))
        return _keep(store, held, label)


def skip_lease(store: Store, actor: Actor, request: SkipLease) -> Saved:
    """Gives the lease back unjudged; the actor is not asked this comparison again."""
    allow_judging(actor)
    check_words("reason", request.reason, LONGEST_REASON)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        held = store.queue.held(request.lease_id)
        if held is None:
            _write(store, actor.annotator_id)
        lease = held.lease if held else leases.by_id(db, request.lease_id)
        if lease is None:
            raise MissingError("There is no such lease; ask for the next comparison.", key="no_lease")
        _own(lease, actor)
        if held is None and (labels.by_id(db, lease.lease_id) or labels.skipped(db, lease.lease_id)):
            return Saved(label_id=lease.lease_id, repeated=True)
        skip = Skip(
            lease_id=lease.lease_id,
            comparison_id=lease.comparison_id,
            annotator_id=actor.annotator_id,
            reason=request.reason,
            flagged=request.flagged,
        )
        _write(store, actor.annotator_id, skip)
        store.queue.skip(lease)
        return Saved(label_id=lease.lease_id)


def _own(lease: Lease, actor: Actor) -> None:
    if lease.annotator_id != actor.annotator_id:
        raise RequestError(
            "This lease belongs to another annotator; ask for the next comparison.", key="lease_of_another"
        )


def _late(db: DuckDBPyConnection, actor: Actor, lease_id: str) -> Held:
    """A lease that expired or was cut off: still good if the actor has not judged its comparison."""
    lease = leases.by_id(db, lease_id)
    if lease is None:
        raise MissingError("There is no such lease; ask for the next comparison.", key="no_lease")
    _own(lease, actor)
    if labels.skipped(db, lease_id):
        raise RequestError("You have skipped this comparison; ask for the next one.", key="skipped")
    given = labels.of_comparison(db, lease.comparison_id)
    if any(label.annotator_id == actor.annotator_id for label in given):
        raise RequestError("You have judged this comparison already; ask for the next one.", key="judged")
    if labels.voided(db, actor.annotator_id, lease.comparison_id):
        raise RequestError(
            "A reviewer has withdrawn your label on this comparison; ask for the next one.",
            key="label_voided",
        )
    comparison = comparisons.by_id(db, lease.comparison_id)
    assert comparison is not None  # noqa: S101  # it was leased
    prompt = prompts.by_id(db, comparison.prompt_id)
    assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
    return Held(lease, prompt.track, comparison.batch_id, comparison.purpose, comparison.repeats)


def _keep(store: Store, held: Held, label: Label) -> Saved:
    surplus = store.queue.finish(held)
    try:
        _write(store, label.annotator_id, replace(label, surplus=surplus))
    except BaseException:
        store.queue.unfinish(held, surplus)
        raise
    return Saved(label_id=label.label_id, surplus=surplus)
