"""What a verdict may carry: a cause, the reviewer's own judgement, a label that goes back to who made it."""

from __future__ import annotations

import pytest
from pyarrow import parquet
from small_collection import comparisons

from store import review_outcomes, reviews
from store.database import Store
from store.errors import RequestError, UnfitError
from store.messages import Actor, EditLabel, Freeze, Judgement, ListMarks
from store.quality.worth import Reason
from store.records import (
    Annotator,
    Batch,
    Cause,
    ChatTurn,
    Contents,
    Degree,
    Edit,
    Kind,
    Label,
    Retraction,
    Role,
    Sighting,
    Skip,
    Verdict,
)
from store.verbs import (
    edit_label,
    freeze,
    list_marks,
    list_own_labels,
    list_sent_back,
    read_own_label,
    review_label,
    void,
)
from store.verbs.own_labels import ListOwnLabels, ListSentBack, ReadOwnLabel
from store.verbs.retracting import Void
from store.verbs.reviewing import ReviewLabel
from store.verbs.roles import HONE

ANN = Actor(annotator_id="ann", name="ann", role=Role.ANNOTATOR)
EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)
OTHERWISE = Judgement(ranks=(2, 1), degree=Degree.SIGNIFICANTLY)


@pytest.fixture
def labelled(store: Store) -> Store:
    """Ann chose the first of two answers twice, in a batch that is closed, and flagged a third comparison."""
    said = [
        Label(
            label_id=f"l{number}",
            comparison_id=f"c{number}",
            annotator_id="ann",
            ranks=(1, 2),
            degree=Degree.SLIGHTLY,
            shown_order=(1, 0),
        )
        for number in range(2)
    ]
    flag = Skip(lease_id="s2", comparison_id="c2", annotator_id="ann", reason="a name", flagged=True)
    store.append("test", *comparisons(3), *said, flag)
    store.append("test", Batch(batch_id="later", round=1))
    return store


def ruled(store: Store, verdict: Verdict, **fields: object) -> str:
    with store.reading() as db:
        known = reviews.count(db, "l0")
    request = ReviewLabel(thing="label:l0", verdict=verdict, why="looked at it", verdicts=known, **fields)  # type: ignore[arg-type]
    return review_label(store, EVE, request).review.review_id


def pairs(store: Store) -> list[dict[str, object]]:
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    return parquet.read_table(store.home.root / snapshot.path).to_pylist()


def test_the_reviewers_own_judgement_teaches_in_the_labels_place_and_says_whose_it_is(
    labelled: Store,
) -> None:
    before = {row["comparison_id"]: row for row in pairs(labelled)}
    review_id = ruled(labelled, Verdict.OVERTURN, cause=Cause.HUMAN_ERROR, judgement=OTHERWISE)
    after = {row["comparison_id"]: row for row in pairs(labelled)}
    assert after["c1"] == before["c1"]
    assert (after["c0"]["chosen_id"], after["c0"]["rejected_id"]) == (
        before["c0"]["rejected_id"],
        before["c0"]["chosen_id"],
    )
    assert (after["c0"]["annotator_id"], after["c0"]["review_id"]) == ("eve", review_id)
    assert (before["c0"]["annotator_id"], before["c0"]["review_id"]) == ("ann", None)
    with labelled.reading() as db:  # what the annotator said stays as it was said
        assert db.execute("select ranks from labels where label_id = 'l0'").fetchone() == ([1, 2],)


def test_a_later_verdict_takes_the_reviewers_judgement_back(labelled: Store) -> None:
    ruled(labelled, Verdict.OVERTURN, judgement=OTHERWISE)
    ruled(labelled, Verdict.CONFIRM)
    assert {row["annotator_id"] for row in pairs(labelled)} == {"ann"}
    ruled(labelled, Verdict.OVERTURN)
    assert [row["comparison_id"] for row in pairs(labelled)] == ["c1"]


def test_a_label_that_was_sent_back_does_not_teach_until_it_is_said_anew(labelled: Store) -> None:
    with pytest.raises(RequestError, match="batch is closed"):
        read_own_label(labelled, ANN, ReadOwnLabel(label_id="l0"))
    ruled(labelled, Verdict.SEND_BACK, cause=Cause.GUIDELINE_GAP)
    assert [row["comparison_id"] for row in pairs(labelled)] == ["c1"]
    told = {
        one.label_id: (one.can_change, one.sent_back)
        for one in list_own_labels(labelled, ANN, ListOwnLabels())
    }
    assert told == {"l0": (True, "looked at it"), "l1": (False, None)}
    assert [one.sent_back for one in list_sent_back(labelled, ANN, ListSentBack())] == ["looked at it"]
    assert list_sent_back(labelled, EVE, ListSentBack()) == ()
    assert read_own_label(labelled, ANN, ReadOwnLabel(label_id="l0")).lease_id == "l0"
    edit_label(labelled, ANN, EditLabel(label_id="l0", judgement=OTHERWISE))
    assert len(pairs(labelled)) == 2
    assert list_sent_back(labelled, ANN, ListSentBack()) == ()
    with pytest.raises(RequestError, match="batch is closed"):
        edit_label(
            labelled, ANN, EditLabel(label_id="l0", judgement=Judgement(ranks=(1, 2), degree=Degree.BETTER))
        )


def test_who_stands_by_what_was_sent_back_says_the_same_again(labelled: Store) -> None:
    ruled(labelled, Verdict.SEND_BACK)
    same = EditLabel(label_id="l0", judgement=Judgement(ranks=(1, 2), degree=Degree.SLIGHTLY))
    assert not edit_label(labelled, ANN, same).repeated
    assert list_sent_back(labelled, ANN, ListSentBack()) == ()
    assert len(pairs(labelled)) == 2
    review_label(labelled, EVE, ReviewLabel(thing="label:l1", verdict=Verdict.SEND_BACK, why="so"))
    (waits,) = list_sent_back(labelled, ANN, ListSentBack(most=1))
    assert waits.label_id == "l1"


def test_what_cannot_be_said_anew_is_not_sent_back(labelled: Store) -> None:
    labelled.append("ann", Sighting(annotator_id="ann", comparison_id="c0"))
    with pytest.raises(RequestError, match="shown how others judged"):
        ruled(labelled, Verdict.SEND_BACK)
    labelled.append("ann", ChatTurn(chat_id="chat", turn=1, comparison_id="c1"))
    with pytest.raises(RequestError, match="chosen in a chat"):
        review_label(labelled, EVE, ReviewLabel(thing="label:l1", verdict=Verdict.SEND_BACK, why="so"))


def test_what_was_sent_back_and_said_anew_is_as_good_as_any_and_what_it_said_before_is_not(
    labelled: Store,
) -> None:
    before = freeze(labelled, HONE, Freeze(contents=Contents.PREFERENCES))
    ruled(labelled, Verdict.SEND_BACK)
    labelled.append("ann", Edit(label_id="l0", version=1, ranks=(2, 1), degree=Degree.BETTER))
    after = freeze(labelled, HONE, Freeze(contents=Contents.PREFERENCES))
    assert [(mark.name, mark.labels) for mark in list_marks(labelled, HONE, ListMarks())] == [
        (before.snapshot_id, 1)
    ]
    with labelled.reading() as db:
        assert not reviews.overruled(db, "l0")
    ruled(labelled, Verdict.CONFIRM)
    assert [mark.name for mark in list_marks(labelled, HONE, ListMarks())] == [before.snapshot_id]
    ruled(labelled, Verdict.EXCLUDE)
    assert {mark.name for mark in list_marks(labelled, HONE, ListMarks())} == {
        before.snapshot_id,
        after.snapshot_id,
    }
    with labelled.reading() as db:
        assert reviews.overruled(db, "l0")


def test_a_later_verdict_without_a_cause_takes_the_cause_back(labelled: Store) -> None:
    ruled(labelled, Verdict.EXCLUDE, cause=Cause.HUMAN_ERROR)
    ruled(labelled, Verdict.CONFIRM)
    with labelled.reading() as db:
        assert set(review_outcomes.causes(db).values()) == {0}


def test_a_reviewers_judgement_of_a_comparison_teaches_once_however_many_labels_it_replaces(
    labelled: Store,
) -> None:
    more = [
        Label(
            label_id=f"l{name}",
            comparison_id="c0",
            annotator_id=name,
            ranks=(1, 2),
            degree=Degree.BETTER,
            shown_order=(0, 1),
        )
        for name in ("ben", "cleo")
    ]
    labelled.append("test", *more)
    for thing in ("label:l0", "label:lben"):
        verdict = ReviewLabel(thing=thing, verdict=Verdict.OVERTURN, why="so", judgement=OTHERWISE)
        review_label(labelled, EVE, verdict)
    taught = [
        (row["annotator_id"], row["label_id"]) for row in pairs(labelled) if row["comparison_id"] == "c0"
    ]
    assert sorted(taught) == [("cleo", "lcleo"), ("eve", "lben")]


def test_a_judgement_in_place_of_a_label_that_was_voided_counts_and_can_be_taken_back(
    labelled: Store,
) -> None:
    ruled(labelled, Verdict.OVERTURN, judgement=OTHERWISE)
    labelled.append("rae", Retraction(label_id="l0", annotator_id="rae", reason="spam"))
    assert [row["annotator_id"] for row in pairs(labelled)] == ["eve", "ann"]
    ruled(labelled, Verdict.EXCLUDE)
    assert [row["annotator_id"] for row in pairs(labelled)] == ["ann"]
    with pytest.raises(RequestError, match="was withdrawn"):
        ruled(labelled, Verdict.CONFIRM)


def test_whoever_voids_a_reviewer_takes_their_judgements_out(labelled: Store) -> None:
    eve = Annotator(annotator_id="eve", name="eve", role=Role.REVIEWER, kind=Kind.PERSON)
    labelled.append("test", eve)
    ruled(labelled, Verdict.OVERTURN, judgement=OTHERWISE)
    found = void(labelled, HONE, Void(thing="annotator:eve", why="not read"))
    assert (found.labels, found.adjudicated) == ((), ("l0",))
    assert [row["comparison_id"] for row in pairs(labelled)] == ["c1"]
    with pytest.raises(RequestError, match="Nothing of annotator:eve stands"):
        void(labelled, HONE, Void(thing="annotator:eve", why="not read"))
    ruled(labelled, Verdict.OVERTURN, judgement=OTHERWISE)
    assert void(labelled, HONE, Void(thing="annotator:eve", why="not read")).adjudicated == ("l0",)
    assert [row["comparison_id"] for row in pairs(labelled)] == ["c1"]  # again, for the same reason


def test_what_was_said_anew_since_the_reviewer_looked_is_not_ruled_on(labelled: Store) -> None:
    labelled.append("ann", Edit(label_id="l0", version=1, ranks=(2, 1), degree=Degree.BETTER))
    with pytest.raises(RequestError, match="said anew since you looked"):
        ruled(labelled, Verdict.CONFIRM, edits=0)
    ruled(labelled, Verdict.CONFIRM, edits=1)


def test_causes_and_how_labels_were_found_are_kept(labelled: Store) -> None:
    ruled(labelled, Verdict.EXCLUDE, cause=Cause.BLIND_SPOT, found_by=Reason.CHANCE)
    with labelled.reading() as db:
        kept = db.execute("select cause, found_by from reviews").fetchall()
    assert kept == [("reward-model blind spot", "drawn by chance")]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"verdict": Verdict.CONFIRM, "cause": Cause.HUMAN_ERROR}, "no cause"),
        ({"verdict": Verdict.EXCLUDE, "judgement": OTHERWISE}, "that you overturn"),
        ({"verdict": Verdict.SEND_BACK, "thing": "skip:s2"}, "only a label"),
        ({"verdict": Verdict.OVERTURN, "thing": "skip:s2", "judgement": OTHERWISE}, "that you overturn"),
    ],
)
def test_what_does_not_fit_the_verdict_is_said_and_nothing_is_kept(
    labelled: Store, fields: dict[str, object], wrong: str
) -> None:
    request = ReviewLabel(**({"thing": "label:l0", "why": "so"} | fields))  # type: ignore[arg-type]
    with pytest.raises(RequestError, match=wrong):
        review_label(labelled, EVE, request)
    with labelled.reading() as db:
        assert db.execute("select count(*) from reviews").fetchone() == (0,)


def test_the_reviewers_own_judgement_must_answer_what_was_asked(labelled: Store) -> None:
    with pytest.raises(UnfitError, match="Expected 2 ranks"):
        ruled(labelled, Verdict.OVERTURN, judgement=Judgement(ranks=(1, 2, 3), degree=Degree.BETTER))
