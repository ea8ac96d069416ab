"""What an annotator says anew or takes back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import RequestError
from store.messages import (
    Actor,
    Assignment,
    EditLabel,
    Judgement,
    NextComparison,
    NoWork,
    SubmitLabel,
    UndoLabel,
)
from store.records import Batch, Degree, SafetyLabel, Track
from store.verbs import edit_label, next_comparison, submit_label, undo_label

SURE = replace(FIRST_BETTER, degree=Degree.SIGNIFICANTLY)
UNSURE = replace(FIRST_BETTER, degree=Degree.NEGLIGIBLY)


def judged(store: Store, actor: Actor, judgement: Judgement = SURE) -> str:
    """The id of a new label."""
    assignment = next_comparison(store, actor, NextComparison())
    assert isinstance(assignment, Assignment)
    return submit_label(store, actor, SubmitLabel(lease_id=assignment.lease_id, judgement=judgement)).label_id


def now(store: Store, label_id: str) -> tuple[object, ...]:
    """The degree, the ranks by place on the screen, and how often it was edited."""
    with store.reading() as db:
        (found,) = db.execute(
            "select degree, ranks, shown_order, edits from current_labels where label_id = ?", [label_id]
        ).fetchall()
    degree, ranks, order, edits = found
    return degree, tuple(ranks[response] for response in order), edits


def test_to_and_fro_is_one_current_value_and_three_events(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann, SURE)
    for judgement in (UNSURE, SURE):
        assert not edit_label(asked, ann, EditLabel(label_id=label_id, judgement=judgement)).repeated
    assert now(asked, label_id) == (Degree.SIGNIFICANTLY, (1, 2), 2)
    with asked.reading() as db:
        events = "select count(*) from audit where body like ? and body like '%seconds%'"
        assert db.execute(events, [f"%{label_id}%"]).fetchall() == [(3,)]
        assert db.execute("select count(*) from labels").fetchall() == [(1,)]


def test_the_same_edit_twice_is_one_edit(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann)
    request = EditLabel(label_id=label_id, judgement=replace(UNSURE, ranks=(2, 1), seconds=3.0))
    assert [edit_label(asked, ann, request).repeated for _ in range(3)] == [False, True, True]
    assert now(asked, label_id) == (Degree.NEGLIGIBLY, (2, 1), 1)


def test_an_edit_outlives_the_home_being_closed(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann)
    edit_label(asked, ann, EditLabel(label_id=label_id, judgement=UNSURE))
    asked.close()
    with open_store(asked.home) as reopened:
        assert now(reopened, label_id) == (Degree.NEGLIGIBLY, (1, 2), 1)
        edit_label(reopened, ann, EditLabel(label_id=label_id, judgement=SURE))
        assert now(reopened, label_id) == (Degree.SIGNIFICANTLY, (1, 2), 2)


def test_nobody_edits_anothers_label(asked: Store, ann: Actor, ben: Actor) -> None:
    label_id = judged(asked, ann)
    with pytest.raises(RequestError, match="You have given no label"):
        edit_label(asked, ben, EditLabel(label_id=label_id, judgement=UNSURE))
    assert now(asked, label_id) == (Degree.SIGNIFICANTLY, (1, 2), 0)


def test_a_label_that_was_withdrawn_cannot_be_edited(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann)
    undo_label(asked, ann, UndoLabel())
    with pytest.raises(RequestError, match="was withdrawn; judge its comparison again"):
        edit_label(asked, ann, EditLabel(label_id=label_id, judgement=UNSURE))


def test_a_label_of_a_closed_batch_cannot_be_edited(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann)
    asked.append("test", Batch(batch_id="next", round=1))
    with pytest.raises(RequestError, match="batch is closed"):
        edit_label(asked, ann, EditLabel(label_id=label_id, judgement=UNSURE))


def test_an_edit_is_checked_as_a_label_is(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, track=Track.SAFETY))
    assignment = next_comparison(store, ann, NextComparison())
    assert isinstance(assignment, Assignment)
    with pytest.raises(RequestError, match="Expected 2 safety labels"):
        submit_label(store, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=SURE))
    with pytest.raises(RequestError, match="Expected 2 ranks"):
        edit_label(
            store, ann, EditLabel(label_id=_with_safety(store, ann), judgement=replace(SURE, ranks=(1,)))
        )


def _with_safety(store: Store, actor: Actor) -> str:
    return judged(store, actor, replace(SURE, safety=(SafetyLabel(safe=True),) * 2))


def test_an_undone_label_reopens_as_it_was_edited(asked: Store, ann: Actor) -> None:
    label_id = judged(asked, ann)
    edit_label(
        asked, ann, EditLabel(label_id=label_id, judgement=replace(UNSURE, comment="on second thought"))
    )
    again = undo_label(asked, ann, UndoLabel())
    assert isinstance(again, Assignment)
    assert again.draft is not None
    assert (again.draft.degree, again.draft.comment) == (Degree.NEGLIGIBLY, "on second thought")


def test_an_undo_that_names_its_label_withdraws_no_other(asked: Store, ann: Actor) -> None:
    judged(asked, ann)
    newest = judged(asked, ann)
    first = undo_label(asked, ann, UndoLabel(label_id=newest))
    assert isinstance(first, Assignment)
    assert undo_label(asked, ann, UndoLabel(label_id=newest)) == first
    with asked.reading() as db:
        assert db.execute("select count(*) from retractions").fetchall() == [(1,)]
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=SURE))
    assert undo_label(asked, ann, UndoLabel(label_id=newest)) == NoWork(
        reason="This label was undone already."
    )


def test_an_undo_asked_twice_finds_its_lease_beside_one_of_the_other_track(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(1, track=Track.SAFETY), *comparisons(1, prefix="h"))
    safety = next_comparison(store, ann, NextComparison(track=Track.SAFETY))
    assert isinstance(safety, Assignment)
    judgement = replace(SURE, safety=(SafetyLabel(safe=True),) * 2)
    label_id = submit_label(store, ann, SubmitLabel(lease_id=safety.lease_id, judgement=judgement)).label_id
    assert isinstance(next_comparison(store, ann, NextComparison(track=Track.HELPFULNESS)), Assignment)
    first = undo_label(store, ann, UndoLabel(label_id=label_id))
    assert isinstance(first, Assignment)
    assert undo_label(store, ann, UndoLabel(label_id=label_id)) == first


def test_only_the_newest_label_can_be_undone_by_name(asked: Store, ann: Actor) -> None:
    older = judged(asked, ann)
    judged(asked, ann)
    with pytest.raises(RequestError, match="Only your newest label"):
        undo_label(asked, ann, UndoLabel(label_id=older))


@pytest.mark.parametrize(
    ("ranks", "both_bad"),
    [((1, 1), False), ((1, 1), True)],
    ids=["tie", "both bad"],
)
def test_a_tie_is_not_both_bad(asked: Store, ann: Actor, ranks: tuple[int, ...], both_bad: bool) -> None:
    label_id = judged(asked, ann, Judgement(ranks=ranks, degree=Degree.NEGLIGIBLY, both_bad=both_bad))
    with asked.reading() as db:
        found = db.execute("select ranks, both_bad from labels where label_id = ?", [label_id]).fetchall()
    assert found == [([1, 1], both_bad)]


@pytest.mark.parametrize("ranks", [(1, 2, 3, 4), (2, 1, 1, 3), (1, 1, 1, 1), (4, 1, 2, 2)])
@pytest.mark.parametrize("none_acceptable", [False, True])
def test_four_responses_are_ranked_with_ties_and_none_acceptable(
    store: Store, ann: Actor, ranks: tuple[int, ...], none_acceptable: bool
) -> None:
    store.append("test", *comparisons(1, responses=4))
    degree = Degree.NEGLIGIBLY if max(ranks) == 1 else Degree.BETTER
    label_id = judged(store, ann, Judgement(ranks=ranks, degree=degree, both_bad=none_acceptable))
    assert now(store, label_id)[1] == ranks
