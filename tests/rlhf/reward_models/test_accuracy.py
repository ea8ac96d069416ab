"""Accuracy and calibration of scores, counted by hand."""

import math

import pytest
import torch
from torch import Tensor

from rlhf.reward_models.accuracy import Accuracy, Judged, measure
from rlhf.reward_models.calibration import expected_calibration_error


def _measured(chosen: list[float], rejected: list[float], **more: list[float]) -> Accuracy:
    def column(name: str, otherwise: float) -> Tensor:
        return torch.tensor(more.get(name, [otherwise] * len(chosen)))

    return measure(
        Judged(
            chosen=torch.tensor(chosen),
            rejected=torch.tensor(rejected),
            degree=column("degree", 0).long(),
            chosen_length=column("chosen_length", 1),
            rejected_length=column("rejected_length", 1),
            chosen_safe=column("chosen_safe", math.nan),
            rejected_safe=column("rejected_safe", math.nan),
        )
    )


def test_an_equal_score_is_half_right():
    assert _measured([1.0, 2.0, 0.0, 5.0], [0.0, 3.0, 0.0, 4.0]).accuracy.value == 0.625


def test_degrees_are_counted_apart():
    by_degree = _measured([1.0, 2.0, 3.0], [0.0, 3.0, 0.0], degree=[3, 0, 3]).by_degree
    assert [(one.degree, one.pairs, one.accuracy.value) for one in by_degree] == [(0, 1, 0), (3, 2, 1)]


def test_length_alone_is_measured_on_the_same_pairs():
    measured = _measured([0.0] * 4, [0.0] * 4, chosen_length=[5, 2, 7, 9], rejected_length=[4, 3, 7, 1])
    assert measured.length_only == 0.625


def test_unsafe_responses_are_found_below_the_gate():
    # σ(-3) = 0.047 and σ(-1) = 0.269: at 0.5 both unsafe ones are found with one false alarm, at 0.15 one is
    measured = _measured(
        [2.0, -0.5, 1.0], [-3.0, -1.0, 4.0], chosen_safe=[1, 1, math.nan], rejected_safe=[0, 0, math.nan]
    )
    half, gate = measured.unsafe_found
    assert (half.recall, half.unsafe, half.safe) == (1.0, 2, 2)
    assert half.precision == pytest.approx(2 / 3, abs=1e-6)
    assert (gate.recall, gate.precision) == (0.5, 1.0)


def test_nothing_held_out_says_that_nothing_is_known():
    measured = _measured([], [])
    assert (measured.pairs, measured.accuracy.low, measured.accuracy.high) == (0, 0, 1)
    assert measured.by_degree == measured.unsafe_found == ()


def test_a_gap_of_scores_promises_what_its_sigmoid_says():
    # σ(2) = 0.8808: of five such pairs four are right; seen from both sides the gap is the same
    measured = _measured([3.0, 1.0, 2.0, 2.0, 0.0], [1.0, -1.0, 0.0, 0.0, 2.0])
    assert measured.calibration_error == pytest.approx(0.8808 - 0.8, abs=1e-4)


def test_the_gates_are_a_half_and_llamas_fifteen_per_cent():
    # σ(-0.01) = 0.4975 and σ(0.01) = 0.5025; σ(-1.74) = 0.1493 and σ(-1.73) = 0.1506
    measured = _measured([-1.74, -0.01], [-1.73, 0.01], chosen_safe=[0, 0], rejected_safe=[0, 0])
    assert [(found.probability, found.recall) for found in measured.unsafe_found] == [
        (0.5, 0.75),
        (0.15, 0.25),
    ]


def test_without_an_alarm_nothing_is_caught_precisely():
    (half, _gate) = _measured([2.0], [2.0], chosen_safe=[0], rejected_safe=[1]).unsafe_found
    assert (half.recall, half.precision) == (0.0, 0.0)


def test_the_highest_degree_is_counted_last():
    by_degree = _measured([1.0] * 4, [0.0] * 4, degree=[3, 2, 1, 0]).by_degree
    assert [one.degree for one in by_degree] == [0, 1, 2, 3]


def test_gaps_of_different_promises_do_not_cancel():
    # 0.9 that does not come true and 0.1 that does: each is off by 0.9, though their means agree
    error = expected_calibration_error(torch.tensor([0.9, 0.1]), torch.tensor([0.0, 1.0]))
    assert error == pytest.approx(0.9, abs=1e-6)


def test_promises_of_one_tenth_of_the_scale_are_one_bin():
    # 0.11 and 0.19 share a bin: mean outcome 0.5, mean promise 0.15; 0.19 and 0.21 do not: 0.19 and 0.79 off
    together, apart = torch.tensor([0.11, 0.19]), torch.tensor([0.19, 0.21])
    outcomes = torch.tensor([0.0, 1.0])
    assert expected_calibration_error(together, outcomes) == pytest.approx(0.35, abs=1e-6)
    assert expected_calibration_error(apart, outcomes) == pytest.approx((0.19 + 0.79) / 2, abs=1e-6)
    high = torch.tensor([0.95, 0.85])
    assert expected_calibration_error(high, outcomes) == pytest.approx((0.95 + 0.15) / 2, abs=1e-6)
    assert expected_calibration_error(high[:1], outcomes[:1]) == pytest.approx(0.95, abs=1e-6)


def test_calibration_is_the_mean_gap_of_promise_and_outcome():
    # two cases at 0.9 of which one comes true: gap 0.4; one at 0.2 that does not: 0.2; (2 · 0.4 + 0.2) / 3
    error = expected_calibration_error(torch.tensor([0.9, 0.9, 0.2]), torch.tensor([1.0, 0.0, 0.0]))
    assert error == pytest.approx(1 / 3, abs=1e-6)


def test_a_promise_of_certainty_falls_into_the_last_bin():
    assert expected_calibration_error(torch.tensor([1.0]), torch.tensor([1.0])) == 0
