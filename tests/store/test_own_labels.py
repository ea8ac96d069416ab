"""One's own labels and skips, listed and read again, without what they were asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store.database import Store
from store.errors import RequestError
from store.messages import (
    Actor,
    Assignment,
    EditLabel,
    NextComparison,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import Batch, Form, Gold, Purpose, Review, Role, Verdict
from store.verbs import (
    edit_label,
    list_own_labels,
    list_own_skips,
    next_comparison,
    read_own_label,
    skip_lease,
    submit_label,
    undo_label,
)
from store.verbs.own_labels import ListOwnLabels, ListOwnSkips, ReadOwnLabel

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)


def take(store: Store, actor: Actor) -> Assignment:
    reply = next_comparison(store, actor, NextComparison())
    assert isinstance(reply, Assignment)
    return reply


def label(store: Store, actor: Actor, judgement=FIRST_BETTER) -> Assignment:
    taken = take(store, actor)
    submit_label(store, actor, SubmitLabel(lease_id=taken.lease_id, judgement=judgement))
    return taken


def test_the_newest_labels_come_first_as_they_stand_now_and_as_they_were_shown(
    asked: Store, ann: Actor
) -> None:
    first, second = label(asked, ann), label(asked, ann, SECOND_BETTER)
    edit_label(asked, ann, EditLabel(label_id=first.lease_id, judgement=SECOND_BETTER))
    found = list_own_labels(asked, ann, ListOwnLabels())
    assert [one.label_id for one in found] == [second.lease_id, first.lease_id]
    assert [(one.ranks, one.edits, one.can_change) for one in found] == [((2, 1), 0, True), ((2, 1), 1, True)]
    assert found[1].about == first.turns[-1].content
    assert [one.label_id for one in list_own_labels(asked, ann, ListOwnLabels(most=1))] == [second.lease_id]


def test_labels_of_a_form_and_of_oneself_alone_are_listed(asked: Store, ann: Actor, ben: Actor) -> None:
    label(asked, ann)
    assert list_own_labels(asked, ben, ListOwnLabels()) == ()
    assert list_own_labels(asked, ann, ListOwnLabels(form=Form.RANKING)) == ()
    assert len(list_own_labels(asked, ann, ListOwnLabels(form=Form.PAIR))) == 1


def test_what_was_undone_is_not_listed(asked: Store, ann: Actor) -> None:
    label(asked, ann)
    undo_label(asked, ann, UndoLabel())
    assert list_own_labels(asked, ann, ListOwnLabels()) == ()


def test_a_label_is_read_again_as_it_was_shown_with_what_it_says(asked: Store, ann: Actor) -> None:
    said = replace(SECOND_BETTER, comment="why", reasons=("clear",), seconds=3.0)
    taken = label(asked, ann, said)
    again = read_own_label(asked, ann, ReadOwnLabel(label_id=taken.lease_id))
    assert (again.lease_id, again.turns, again.responses) == (taken.lease_id, taken.turns, taken.responses)
    assert again.draft == said
    edit_label(asked, ann, EditLabel(label_id=again.lease_id, judgement=FIRST_BETTER))
    assert read_own_label(asked, ann, ReadOwnLabel(label_id=taken.lease_id)).draft == FIRST_BETTER


def test_a_label_of_a_closed_batch_or_of_somebody_else_is_not_read_to_be_changed(
    asked: Store, ann: Actor, ben: Actor
) -> None:
    taken = label(asked, ann)
    with pytest.raises(RequestError, match="no such label"):
        read_own_label(asked, ben, ReadOwnLabel(label_id=taken.lease_id))
    asked.append("test", Batch(batch_id="batch-001", round=1))
    assert [one.can_change for one in list_own_labels(asked, ann, ListOwnLabels())] == [False]
    with pytest.raises(RequestError, match="closed"):
        read_own_label(asked, ann, ReadOwnLabel(label_id=taken.lease_id))


def test_what_only_measures_reads_like_the_rest(store: Store, ann: Actor) -> None:
    gold = comparisons(1, purpose=Purpose.GOLD, prefix="g")
    gold.append(Gold(comparison_id="gc0", ranks=(1, 2), why="secret", annotator_id="rae"))
    store.append("test", *gold, *comparisons(1))
    from small_collection import label as given

    store.append("test", given("gc0"))
    label(store, ann)
    found = list_own_labels(store, ann, ListOwnLabels())
    assert len(found) == 2
    assert "secret" not in repr(found)
    assert {one.can_change for one in found} == {True}
    batches = {read_own_label(store, ann, ReadOwnLabel(label_id=one.label_id)).batch_id for one in found}
    assert batches == {"batch-000"}


def test_skips_and_flags_are_listed_with_what_a_reviewer_answered(asked: Store, ann: Actor) -> None:
    first, second = take(asked, ann), None
    skip_lease(asked, ann, SkipLease(lease_id=first.lease_id, reason="too long"))
    second = take(asked, ann)
    skip_lease(asked, ann, SkipLease(lease_id=second.lease_id, reason="shocking", flagged=True))
    asked.append(
        "rae",
        Review(
            review_id="r",
            label_id=second.lease_id,
            reviewer_id="rae",
            verdict=Verdict.CONFIRM,
            why="it is; thank you",
        ),
    )
    found = list_own_skips(asked, ann, ListOwnSkips())
    assert [(one.reason, one.flagged, one.answer) for one in found] == [
        ("shocking", True, "it is; thank you"),
        ("too long", False, None),
    ]
    assert list_own_skips(asked, RAE, ListOwnSkips()) == ()
