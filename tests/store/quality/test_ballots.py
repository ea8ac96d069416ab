"""What the store's labels are as arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from small_collection import comparisons, label

from store.database import Store
from store.quality import ballots
from store.quality.ballots import Ballots
from store.records import (
    Comparison,
    Degree,
    Gold,
    LabelScore,
    Purpose,
    Retraction,
    Review,
    RewardModel,
    SafetyLabel,
    Track,
    Verdict,
)

Read = Callable[[], Ballots]


@pytest.fixture
def read(store: Store) -> Read:
    def found() -> Ballots:
        with store.reading() as db:
            return ballots.read(db)

    return found


def test_a_home_without_labels_has_no_rows(read: Read) -> None:
    assert len(read()) == 0


def test_what_is_said_is_of_responses_and_not_of_sides(store: Store, read: Read) -> None:
    said = [
        label("c0", (1, 2), annotator_id="ann", shown_order=(0, 1)),
        label("c0", (1, 2), annotator_id="ben", shown_order=(1, 0), degree=Degree.SLIGHTLY, seconds=8.0),
        label("c1", (2, 1), annotator_id="ann", shown_order=(1, 0)),
        label("c1", (1, 1), annotator_id="ben", shown_order=()),
    ]
    store.append("test", *comparisons(2), *said)
    found = read()
    assert found.says.tolist() == [1, 1, -1, 0]
    assert found.shown.tolist() == [1, -1, -1, 0]
    assert found.degree.tolist() == [2, 1, 2, 2]
    assert found.seconds.tolist() == [0, 8, 0, 0]
    assert [found.annotators.names[code] for code in found.annotators.codes] == ["ann", "ben", "ann", "ben"]
    assert found.items.codes.tolist() == [0, 0, 1, 1]
    # "question 0" and twice "answer 0"
    assert found.characters.tolist() == [26] * 4


def test_a_ranking_is_a_row_for_every_two_responses(store: Store, read: Read) -> None:
    store.append("test", *comparisons(1, responses=3), label("c0", (2, 1, 2)))
    found = read()
    assert found.says.tolist() == [-1, 0, 1]
    assert np.isnan(found.degree).all()
    assert not found.is_pair.any()
    assert found.labels.codes.tolist() == [0, 0, 0]


def test_a_repeat_is_of_the_item_that_it_repeats_whatever_the_order_of_its_responses(
    store: Store, read: Read
) -> None:
    asked = comparisons(1)
    first = next(one for one in asked if isinstance(one, Comparison))
    again = Comparison(
        comparison_id="again",
        prompt_id=first.prompt_id,
        response_ids=first.response_ids[::-1],
        batch_id=first.batch_id,
        purpose=Purpose.SWAPPED,
        repeats="c0",
    )
    store.append("test", *asked, again, label("c0", (1, 2)), label("again", (2, 1)))
    found = read()
    assert len(found.items.names) == 1
    assert found.says.tolist() == [1, 1]
    assert found.purposes.of(Purpose.SWAPPED).tolist() == [False, True]


def test_what_is_known_is_beside_what_is_said_until_the_known_answer_ends(store: Store, read: Read) -> None:
    gold = Gold(comparison_id="c0", ranks=(2, 1), why="so", annotator_id="rae")
    store.append("test", *comparisons(2, purpose=Purpose.GOLD), gold, label("c0"), label("c1"))
    known = read().known
    assert known[0] == -1
    assert np.isnan(known[1])


def test_the_gap_is_that_of_the_one_above_the_other_by_the_newest_models(store: Store, read: Read) -> None:
    models = [
        RewardModel(
            reward_model_id=f"m{number}",
            track=Track.HELPFULNESS,
            snapshot_id="s",
            policy_id="policy",
            path="m",
            round=number,
            accuracy=0.7,
            accuracy_low=0.6,
            accuracy_high=0.8,
            held_out_pairs=100,
        )
        for number in (1, 2)
    ]
    said = [label("c0", (2, 1), label_id="l0"), label("c1", label_id="l1")]
    scores = [
        LabelScore(label_id="l0", reward_model_id=model, chosen_id="q0-r1", rejected_id="q0-r0", gap=gap)
        for model, gap in (("m1", 9.0), ("m2", 0.5))
    ]
    store.append("test", *comparisons(2), *said, *models, *scores)
    gaps = read().gap
    assert gaps[0] == -0.5
    assert np.isnan(gaps[1])


def test_what_is_retracted_is_gone_and_what_is_ruled_on_is_marked(store: Store, read: Read) -> None:
    said = [label(f"c{number}", label_id=f"l{number}") for number in range(3)]
    review = Review(review_id="r", label_id="l1", reviewer_id="rae", verdict=Verdict.CONFIRM, why="so")
    gone = Retraction(label_id="l2", annotator_id="ann", reason="undo")
    store.append("test", *comparisons(3), *said, review, gone)
    found = read()
    assert [found.labels.names[code] for code in found.labels.codes] == ["l0", "l1"]
    assert found.ruled.tolist() == [False, True]


def test_a_choice_against_safety_is_marked(store: Store, read: Read) -> None:
    unsafe, safe = SafetyLabel(safe=False, category="crime", severity=1), SafetyLabel(safe=True)
    said = [
        label("c0", (1, 2), safety=(unsafe, safe)),
        label("c1", (2, 1), safety=(unsafe, safe)),
        label("c2", (1, 1), safety=(unsafe, safe)),
        label("c3", (1, 2)),
    ]
    store.append("test", *comparisons(4, track=Track.SAFETY), *said)
    found = read()
    assert found.prefers_unsafe.tolist() == [True, False, False, False]
