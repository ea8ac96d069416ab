"""What several members' scores say together, by hand."""

import pytest
import torch

from rlhf.reward_models.uncertainty import mean, penalised, variance, worst

SCORES = torch.tensor([[1.0, -2.0], [2.0, 0.0], [6.0, 5.0]])


def test_the_mean_the_worst_and_the_variance_are_over_members():
    assert mean(SCORES).tolist() == pytest.approx([3, 1], abs=1e-6)
    assert worst(SCORES).tolist() == [1, -2]
    assert variance(SCORES).tolist() == pytest.approx([14 / 3, 26 / 3], abs=1e-6)


def test_a_penalty_takes_off_the_variance_times_its_weight():
    # 3 - ½ · 14/3 and 1 - ½ · 26/3
    assert penalised(SCORES, 0.5).tolist() == pytest.approx([2 / 3, -10 / 3], abs=1e-5)


def test_one_member_never_differs_from_itself():
    assert variance(SCORES[:1]).tolist() == [0, 0]
    assert torch.equal(mean(SCORES[:1]), worst(SCORES[:1]))
