"""What a verdict may carry: a cause, the reviewer's own judgement, a label that goes back to who made it."""

from __future__ import annotations

import pytest
from pyarrow import parquet
from small_collection import comparisons

from store.database import Store
from store.errors import RequestError, UnfitError
from store.messages import Actor, EditLabel, Freeze, Judgement
from store.records import Batch, Cause, Contents, Degree, Label, Role, Skip, Verdict
from store.verbs import edit_label, freeze, list_own_labels, list_sent_back, read_own_label, review_label
from store.verbs.own_labels import ListOwnLabels, ListSentBack, ReadOwnLabel
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
    request = ReviewLabel(thing="label:l0", verdict=verdict, why="looked at it", **fields)  # type: ignore[arg-type]
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


def test_causes_and_how_labels_were_found_are_kept(labelled: Store) -> None:
    ruled(labelled, Verdict.EXCLUDE, cause=Cause.BLIND_SPOT, found_by="random")
    with labelled.reading() as db:
        kept = db.execute("select cause, found_by from reviews").fetchall()
    assert kept == [("reward-model blind spot", "random")]


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
