"""Stated probabilities against what came true, counted by hand."""

import pytest
import torch

from rlhf.reward_models.calibration import expected_calibration_error, reliability, stated
from rlhf.reward_models.shares import Outcomes, outcomes


def _cases(*right: float) -> Outcomes:
    each = [str(number) for number in range(len(right))]
    return outcomes(torch.tensor(right), each, each)


def _error(probabilities: list[float], *right: float) -> float:
    return expected_calibration_error(torch.tensor(probabilities, dtype=torch.double), _cases(*right))


def test_a_gap_states_its_sigmoid_for_the_response_that_it_prefers():
    # σ(2) = 0.8808, whichever side is above
    assert stated(torch.tensor([2.0, -2.0, 0.0])).tolist() == pytest.approx([0.8808, 0.8808, 0.5], abs=1e-4)


def test_gaps_of_different_promises_do_not_cancel():
    # 0.9 that does not come true and 0.1 that does: each is off by 0.9, though their means agree
    assert _error([0.9, 0.1], 0, 1) == pytest.approx(0.9, abs=1e-6)


def test_promises_of_one_tenth_of_the_scale_are_one_bin():
    # 0.11 and 0.19 share a bin: mean outcome 0.5, mean promise 0.15; 0.19 and 0.21 do not: 0.19 and 0.79 off
    assert _error([0.11, 0.19], 0, 1) == pytest.approx(0.35, abs=1e-6)
    assert _error([0.19, 0.21], 0, 1) == pytest.approx((0.19 + 0.79) / 2, abs=1e-6)
    assert _error([0.95, 0.85], 0, 1) == pytest.approx((0.95 + 0.15) / 2, abs=1e-6)


def test_calibration_is_the_mean_gap_of_promise_and_outcome():
    # two cases at 0.9 of which one comes true: gap 0.4; one at 0.2 that does not: 0.2; (2 · 0.4 + 0.2) / 3
    assert _error([0.9, 0.9, 0.2], 1, 0, 0) == pytest.approx(1 / 3, abs=1e-6)


def test_a_promise_of_certainty_falls_into_the_last_bin():
    assert _error([1.0], 1) == 0
    assert _error([]) == 0


def test_a_rankings_pairs_count_as_one_in_the_error():
    # a label of two pairs at 0.9, both wrong, and a label of one pair at 0.6, right: (0.9 + 0.4) / 2
    cases = outcomes(torch.tensor([0.0, 0.0, 1.0]), ["a", "a", "b"], ["p", "p", "q"])
    promised = torch.tensor([0.9, 0.9, 0.6], dtype=torch.double)
    assert expected_calibration_error(promised, cases) == pytest.approx(0.65, abs=1e-6)


def test_the_curve_has_a_point_where_there_are_cases():
    # 0.52 and 0.58 share a bin of which one is right; 0.93 stands alone
    curve = reliability(torch.tensor([0.93, 0.52, 0.58], dtype=torch.double), _cases(1, 1, 0))
    assert [(one.pairs, round(one.stated, 6), one.right.value) for one in curve] == [
        (2, 0.55, 0.5),
        (1, 0.93, 1.0),
    ]
    assert curve[1].right.low == pytest.approx(0.2065, abs=1e-4)  # Wilson of one in one: 1 / (1 + 1.96²)


def test_a_bin_states_the_mean_of_its_labels_and_not_of_their_pairs():
    # of one label 0.62 twice, of another 0.68
    cases = outcomes(torch.ones(3), ["a", "a", "b"], ["p", "p", "q"])
    (one,) = reliability(torch.tensor([0.62, 0.62, 0.68], dtype=torch.double), cases)
    assert one.stated == pytest.approx(0.65)
