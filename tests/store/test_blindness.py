"""Nobody sees another's judgement of a comparison before giving their own, nor judges it afterwards."""

from __future__ import annotations

import pytest
from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store.database import Store, open_store
from store.errors import RequestError
from store.messages import (
    Actor,
    Assignment,
    EditLabel,
    NextComparison,
    NoWork,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import Role, Verdict
from store.verbs import (
    edit_label,
    list_golds,
    list_reviews_due,
    make_gold,
    next_comparison,
    review_label,
    skip_lease,
    submit_label,
    undo_label,
)
from store.verbs.golds import ListGolds, MakeGold
from store.verbs.retracting import Void, void
from store.verbs.reviewing import ReviewLabel
from store.verbs.reviews_due import ListReviewsDue
from store.verbs.roles import HONE

EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)
FAY = Actor(annotator_id="fay", name="fay", role=Role.REVIEWER)


def flag(store: Store, who: Actor) -> str:
    """They flag what they are asked; a reviewer should see it."""
    asked = next_comparison(store, who, NextComparison())
    assert isinstance(asked, Assignment)
    return skip_lease(store, who, SkipLease(lease_id=asked.lease_id, reason="odd", flagged=True)).label_id


def label(store: Store, who: Actor) -> str:
    asked = next_comparison(store, who, NextComparison())
    assert isinstance(asked, Assignment)
    return submit_label(store, who, SubmitLabel(lease_id=asked.lease_id, judgement=FIRST_BETTER)).label_id


def due(store: Store, who: Actor = EVE) -> int:
    return len(list_reviews_due(store, who, ListReviewsDue()).due)


def is_asked(store: Store, who: Actor) -> bool:
    return isinstance(next_comparison(store, who, NextComparison()), Assignment)


@pytest.fixture
def shared(store: Store) -> Store:
    """One comparison that three people are asked."""
    store.append("test", *comparisons(1, overlap=3))
    return store


def test_what_a_reviewer_holds_is_not_shown_until_they_have_judged_it(shared: Store, ann: Actor) -> None:
    flag(shared, ann)
    assert is_asked(shared, EVE)
    assert due(shared) == 0
    label(shared, EVE)
    assert due(shared) == 1


def test_what_a_reviewer_was_shown_they_are_not_asked_neither_after_a_restart(
    shared: Store, ann: Actor
) -> None:
    flag(shared, ann)
    assert due(shared) == 1
    assert not is_asked(shared, EVE)
    shared.close()
    with open_store(shared.home) as reopened:
        assert isinstance(next_comparison(reopened, EVE, NextComparison()), NoWork)
        assert isinstance(next_comparison(reopened, FAY, NextComparison()), Assignment)


def test_a_comparison_that_opens_again_is_not_asked_of_whoever_saw_its_labels(
    store: Store, ann: Actor
) -> None:
    store.append("test", *comparisons(1))
    label_id = label(store, ann)
    review_label(store, EVE, ReviewLabel(thing=f"label:{label_id}", verdict=Verdict.EXCLUDE, why="hasty"))
    void(store, FAY, Void(thing=f"label:{label_id}", why="hasty"))
    assert not is_asked(store, EVE)
    assert is_asked(store, FAY)


def test_nobody_rules_on_a_comparison_that_they_hold(shared: Store, ann: Actor) -> None:
    label_id = label(shared, ann)
    assert is_asked(shared, EVE)
    ruling = ReviewLabel(thing=f"label:{label_id}", verdict=Verdict.CONFIRM, why="looked at it")
    with pytest.raises(RequestError, match="You hold this comparison yourself; judge or skip it first"):
        review_label(shared, EVE, ruling)


def test_a_lease_that_ended_is_worth_nothing_once_others_labels_were_seen(shared: Store, ann: Actor) -> None:
    flag(shared, ann)
    asked = next_comparison(shared, EVE, NextComparison())
    assert isinstance(asked, Assignment)
    held = shared.queue.held(asked.lease_id)
    assert held is not None
    shared.queue.release(held.lease)
    assert due(shared) == 1
    with pytest.raises(RequestError, match="You have been shown how others judged this comparison"):
        submit_label(shared, EVE, SubmitLabel(lease_id=asked.lease_id, judgement=FIRST_BETTER))


def test_what_a_reviewer_said_before_they_saw_others_labels_stays(shared: Store, ann: Actor) -> None:
    own = label(shared, EVE)
    flag(shared, ann)
    assert due(shared) == 1
    with pytest.raises(RequestError, match="You have been shown"):
        undo_label(shared, EVE, UndoLabel())
    with pytest.raises(RequestError, match="You have been shown"):
        edit_label(shared, EVE, EditLabel(label_id=own, judgement=SECOND_BETTER))


def test_whoever_makes_or_reads_gold_answers_is_not_measured_by_them(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1))
    gold = make_gold(store, EVE, MakeGold(label_id=label(store, ann), why="plain"))
    list_golds(store, FAY, ListGolds())
    with store.reading() as db:
        seen = db.execute("select annotator_id, comparison_id from sightings").fetchall()
    assert {("eve", gold.comparison_id), ("fay", gold.comparison_id), ("eve", "c0")} == set(seen)


def test_the_command_is_nobody_and_sees_without_a_trace(shared: Store, ann: Actor) -> None:
    flag(shared, ann)
    assert due(shared, HONE) == 1
    with shared.reading() as db:
        assert db.execute("select count(*) from sightings").fetchall() == [(0,)]
