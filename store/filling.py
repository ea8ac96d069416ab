"""What the queue hears of the facts: all of them when a home is opened, and each that is appended later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from store import (
    annotators,
    appointments,
    batches,
    comparisons,
    guidelines,
    labels,
    leases,
    qualifications,
    turns_taken,
)
from store.queueing.queue import Queue
from store.records import (
    Annotator,
    Appointment,
    Batch,
    Comparison,
    Fact,
    GoldEnd,
    Guideline,
    Label,
    Profile,
    Purpose,
    Qualification,
    QualificationTest,
    Sighting,
    now,
)

PEOPLE: Final = (Annotator, Appointment, Profile, Qualification, QualificationTest, Sighting)


def fill(queue: Queue, db: DuckDBPyConnection) -> None:
    """Rebuilds the queue from the facts: what is wanted, who holds what, who did how much."""
    welcome(queue, everybody(db))
    words = guidelines.requalified(db)
    queue.learn(lambda roster: roster.requalify(words), ())
    queue.add(comparisons.wanted(db))
    batch = batches.open_batch(db)
    since = batch.made_at if batch else now()
    queue.begin(since)
    queue.remember(labels.done(db, since), labels.collected(db), labels.undone(db))
    queue.remember_judged(turns_taken.taken(db), turns_taken.lately(db))
    held = leases.live(db, now())
    queue.add(comparisons.wanted(db, [lease.comparison_id for lease in held]))  # swapped repeats among them
    for lease in held:
        queue.restore(lease)


def everybody(db: DuckDBPyConnection) -> list[Fact]:
    """The people, and what says what they may judge."""
    return [*annotators.everyone(db), *qualifications.every(db), *appointments.every(db)]


def notice(queue: Queue, db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """Tells the queue of facts that have just been appended: people, a batch that begins, comparisons that
    want labels, and gold ones that ended."""
    people = [fact for fact in facts if isinstance(fact, PEOPLE)]
    if people:
        welcome(queue, people)
    since = {fact.track: fact.version for fact in facts if isinstance(fact, Guideline) and fact.requalify}
    if since:
        everyone = {one.annotator_id for one in annotators.everyone(db)}
        queue.learn(lambda roster: roster.requalify(since), everyone)
    batch = batches.open_batch(db) if any(isinstance(fact, Batch) for fact in facts) else None
    if batch is not None:
        queue.begin(batch.made_at)
    given = Counter(fact.comparison_id for fact in facts if isinstance(fact, Label) and not fact.surplus)
    asked = [
        fact.comparison_id
        for fact in facts
        # What came with all its labels, as imports do, need not be looked up.
        if isinstance(fact, Comparison)
        and (fact.purpose is Purpose.GOLD or given[fact.comparison_id] < fact.overlap)
    ]
    ended = [fact.comparison_id for fact in facts if isinstance(fact, GoldEnd)]
    if asked or ended:
        found = comparisons.wanted(db, asked + ended)
        queue.add(one for one in found if one.labels < one.overlap or one.purpose is Purpose.GOLD)


def welcome(queue: Queue, facts: Sequence[Fact]) -> None:
    """Who people are and what they speak, what they may judge, and what they have seen of others."""
    queue.learn(lambda roster: roster.enlist(one for one in facts if isinstance(one, Annotator)), ())
    queue.learn(lambda roster: roster.speak(one for one in facts if isinstance(one, Profile)), ())
    qualified = [fact for fact in facts if isinstance(fact, Qualification)]
    queue.learn(lambda roster: roster.qualify(qualified), {one.annotator_id for one in qualified})
    appointed = [fact for fact in facts if isinstance(fact, Appointment)]
    queue.learn(lambda roster: roster.appoint(appointed), {one.annotator_id for one in appointed})
    for fact in facts:
        if isinstance(fact, Sighting):
            queue.exclude(fact.annotator_id, [fact.comparison_id])
        if isinstance(fact, QualificationTest):
            queue.exclude(fact.annotator_id, fact.comparison_ids)
