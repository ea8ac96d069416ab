"""What is said of annotators whose faults are known."""

from __future__ import annotations

import numpy as np
import pytest
from ballot_box import GOLD, SWAPPED, TRAIN, ballots, crowd

from store.agreement.undefined import Undefined
from store.quality.agreeing import agreement, by_couple, by_slice, telling
from store.quality.belief import believe
from store.quality.doubts import doubts
from store.quality.habits import Habits, given, habits
from store.suspicion.suspects import Fault, suspects


def of_one(**parts: object) -> Habits:
    box = ballots([0, 1, 2, 3], [0, 0, 0, 0], [1, 1, -1, -1], **parts)
    (found,) = habits(box, believe(box))
    return found


def value(share: object) -> float:
    return share.value  # type: ignore[attr-defined]


def test_sides_and_lengths_are_counted_where_they_are_known():
    found = of_one(shown=[1, 1, 1, 0], longer=[1, -1, 0, 0])
    assert value(found.first) == pytest.approx(2 / 3)
    assert value(found.longer) == 0.5
    assert (found.golds, found.repeats) == (None, None)
    assert found.labels == 4


def test_a_label_faster_than_reading_is_hasty():
    # 714 characters are read in no less than 10 seconds
    found = of_one(seconds=[10.1, 9.9, 1.0, 0.0], characters=[714.0] * 4)
    assert value(found.hasty) == pytest.approx(2 / 3)
    assert found.seconds == pytest.approx(5.45)


def test_known_answers_and_repeats_are_met_or_not():
    box = ballots(
        [0, 0, 1, 1, 2],
        [0, 0, 0, 0, 0],
        [1, 1, -1, 1, 1],
        purposes=[TRAIN, SWAPPED, TRAIN, SWAPPED, GOLD],
        known=[np.nan] * 4 + [-1.0],
    )
    (found,) = habits(box, believe(box))
    assert value(found.repeats) == 0.5
    assert value(found.golds) == 0.0


def test_a_ranking_meets_a_known_answer_with_all_of_its_pairs():
    box = ballots(
        [0, 1, 2], [0, 0, 0], [1, 1, 1], labels=[0, 0, 0], known=[1.0, 1.0, -1.0], degree=[np.nan] * 3
    )
    (found,) = habits(box, believe(box))
    assert (found.labels, value(found.golds)) == (1, 0.0)
    assert found.first is None


def test_who_is_right_more_often_is_believed_more():
    right = [0.95, 0.95, 0.95, 0.75, 0.5]
    box = crowd(1, right, items=2000)
    found = list(habits(box.ballots, believe(box.ballots)))
    for by_model in ("believed", "dawid_skene"):
        reach = [
            abs(value(getattr(one, by_model)) - chance) for one, chance in zip(found, right, strict=True)
        ]
        assert max(reach) < 0.08  # some four standard errors
    assert all(one.bias.low < 0 < one.bias.high for one in found)


def test_who_differs_and_who_clicks_one_side_is_named():
    box = crowd(2, [0.9] * 6 + [0.5], items=3000, each=3)
    clicks = box.ballots.annotators.codes == 0
    says = np.where(clicks, box.ballots.shown, box.ballots.says)
    clicked = ballots(box.ballots.items.codes, box.ballots.annotators.codes, says, shown=box.ballots.shown)
    found = suspects(given(clicked, believe(clicked)))
    assert {(one.annotator, one.fault) for one in found} == {
        (0, Fault.FIRST),
        (0, Fault.DIFFERS),
        (6, Fault.DIFFERS),
    }


def test_agreement_is_of_responses_and_leaves_out_what_reviewers_ruled_on():
    says, who, items = [1, 1, -1, -1, 1, -1, 1, -1], [0, 1] * 4, [0, 0, 1, 1, 2, 2, 3, 3]
    swapped = agreement(telling(ballots(items, who, says, shown=[1, -1] * 4)))
    assert swapped == agreement(telling(ballots(items, who, says)))
    assert (swapped.labels, swapped.items, value(swapped.raw)) == (8, 4, 0.5)
    ruled = [False] * 6 + [True, False]
    assert value(agreement(telling(ballots(items, who, says, ruled=ruled))).raw) == pytest.approx(2 / 3)


def test_what_only_measures_tells_of_no_agreement_and_of_two_labels_the_newer_counts():
    box = telling(ballots([0, 0, 0, 1], [0, 1, 1, 0], [1, -1, 1, 1], purposes=[TRAIN, TRAIN, TRAIN, GOLD]))
    assert box.says.tolist() == [1, 1]


def test_one_annotator_alone_agrees_with_nobody():
    found = agreement(telling(ballots([0, 1], [0, 0], [1, -1])))
    assert found.raw is Undefined.NOTHING_TWICE
    assert found.alpha_ordinal is Undefined.NOTHING_TWICE


def test_slices_are_of_their_own_labels():
    box = telling(
        ballots([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, -1], batches=[0, 0, 0, 0], tracks=[0, 0, 0, 0])
    )
    found = {(one.slice, one.name): value(one.agreement.raw) for one in by_slice(box)}
    assert found == {
        ("track", "helpfulness"): 0.5,
        ("category", ""): 0.5,
        ("batch", "b0"): 0.5,
        ("guideline version", "1"): 0.5,
    }
    (couple,) = by_couple(box)
    assert (couple.one, couple.other, couple.items) == (0, 1, 2)


def test_a_lone_label_is_as_doubtful_as_its_annotator():
    box = crowd(3, [0.9, 0.9, 0.9, 0.6], items=1500)
    alone = ballots(
        [*box.ballots.items.codes, 1500, 1501],
        [*box.ballots.annotators.codes, 0, 3],
        [*box.ballots.says, 1, 1],
        shown=[*box.ballots.shown, 0, 0],
    )
    chances = doubts(alone, believe(alone)).wrong
    assert chances[-2] < chances[-1]
    assert 0.05 < chances[-2] < 0.15  # three standard errors around 0.1


def test_the_most_doubtful_labels_are_wrong_far_more_often_than_any():
    box = crowd(5, [0.9] * 8 + [0.7] * 2, items=4000, each=1, gaps=1.5)
    chances = doubts(box.ballots, believe(box.ballots)).wrong
    wrong = box.ballots.says != box.truth
    first = np.argsort(-chances)[:100]
    assert wrong[first].mean() > 4 * wrong.mean()


def test_ties_are_in_no_doubt():
    box = ballots([0, 0, 1], [0, 1, 0], [0, 1, 1])
    chances = doubts(box, believe(box)).wrong
    assert np.isnan(chances[0])
    assert not np.isnan(chances[1:]).any()


def test_who_takes_a_fraction_of_the_time_of_everybody_else_hurried():
    box = ballots(
        [0, 0, 0, 1, 1, 2, 3, 3], [0, 1, 2, 0, 1, 0, 1, 1], [1] * 8, seconds=[3.0, 10.0, 9.5, 4, 10, 1, 1, 20]
    )
    one, two, _three = given(box, believe(box))
    assert one.hurried[:2].tolist() == [1.0, 0.0]  # 3 of 9.5, and 4 of 10
    assert np.isnan(one.hurried[2])  # nobody else judged it
    assert two.hurried[:2].tolist() == [0.0, 0.0]
    assert np.isnan(two.hurried[2:]).all()  # twice the same person


def test_only_where_others_are_sure_does_one_differ():
    sides = {"shown": [1, -1] * 6}
    alike = ballots(
        [0] * 5 + [1] * 7, [0, 1, 2, 3, 4, *range(5), 5, 6], [1, 1, 1, 1, -1] + [1, -1] * 3 + [1], **sides
    )
    found = given(alike, believe(alike))
    assert found[4].differs[0] == 1.0
    assert found[0].differs[0] == 0.0
    assert np.isnan(found[6].differs).all()
