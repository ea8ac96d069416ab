"""How many turns annotators had, and what may be asked again: in a queue that runs and in one filled anew."""

from __future__ import annotations

import pytest
from small_collection import FIRST_BETTER, comparisons

from store.database import Store
from store.filling import fill
from store.messages import Actor, AddAnnotator, Assignment, NextComparison, SkipLease, SubmitLabel, UndoLabel
from store.queueing.queue import Queue
from store.queueing.repeats import REMEMBERED, Judged, Repeats
from store.records import Track
from store.verbs import add_annotator, next_comparison, skip_lease, submit_label, undo_label
from store.verbs.roles import HONE


@pytest.fixture
def ann(store: Store) -> Actor:
    found = add_annotator(store, HONE, AddAnnotator(name="ann", password="long enough"))
    return Actor(annotator_id=found.annotator_id, name="ann", role=found.role)


def turns(queue: Queue, who: str) -> tuple[int, dict[str, int]]:
    """How many they had, and at which of them they judged what may be asked again."""
    repeats = queue._repeats
    return repeats.turn(who), {name: turn for name, (turn, _one) in repeats._judged[who].items()}


def test_skips_and_withdrawn_labels_are_turns_after_a_restart_as_before_it(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(12))
    for number in range(9):
        asked = next_comparison(store, ann, NextComparison())
        assert isinstance(asked, Assignment)
        if number in {2, 5, 6}:
            skip_lease(store, ann, SkipLease(lease_id=asked.lease_id, reason="unclear"))
        else:
            submit_label(store, ann, SubmitLabel(lease_id=asked.lease_id, judgement=FIRST_BETTER))
    undone = undo_label(store, ann, UndoLabel())
    submit_label(store, ann, SubmitLabel(lease_id=undone.lease_id, judgement=FIRST_BETTER))
    anew = Queue(store.queue.lease_time, store.queue.settings)
    with store.reading() as db:
        fill(anew, db)
    who = ann.annotator_id
    assert turns(anew, who) == turns(store.queue, who)
    assert turns(anew, who)[0] == 10


def test_only_what_may_still_be_asked_again_is_remembered() -> None:
    repeats = Repeats()
    for number in range(3 * REMEMBERED):
        repeats.pass_by("ann")
        repeats.remember(
            [
                Judged(
                    annotator_id="ann",
                    comparison_id=f"c{number}",
                    shown_order=(0, 1),
                    batch_id="b",
                    track=Track.HELPFULNESS,
                    language="en",
                )
            ]
        )
    assert len(repeats._judged["ann"]) == REMEMBERED + 1
