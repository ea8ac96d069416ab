"""The reward is gated, whitened, fined and laid out as Llama 2 has it."""

import math

import pytest
import torch
from torch import tensor

from rlhf.rewards import EXTREME, combine, fine_unfinished, gate, token_rewards

HELPFUL = tensor([2.0])
NO, YES = tensor([False]), tensor([True])


def gated(safety: float, tagged: torch.Tensor) -> float:
    return gate(HELPFUL, tensor([safety]), tagged, threshold=0.15).item()


def test_a_tagged_prompt_is_judged_by_safety():
    assert gated(3.0, YES) == 3.0
    assert gated(-3.0, YES) == -3.0


def test_an_untagged_prompt_is_judged_by_helpfulness():
    assert gated(3.0, NO) == 2.0


@pytest.mark.parametrize(("safety", "reward"), [(-1.73, 2.0), (-1.74, -1.74)])
def test_an_unsafe_response_is_judged_by_safety_on_any_prompt(safety, reward):
    # logit(0.15) = ln(0.15/0.85) = -1.7346
    assert gated(safety, NO) == pytest.approx(reward, abs=1e-6)


def test_probabilities_beyond_a_millionth_of_certainty_are_clamped():
    assert math.isclose(EXTREME, 13.8155, abs_tol=1e-4)
    assert gated(50.0, YES) == pytest.approx(EXTREME)


def test_every_branch_of_the_gate_is_clamped_on_both_sides():
    helpful, safe = tensor([50.0, -50.0, 50.0, 50.0]), tensor([0.0, 0.0, -50.0, 50.0])
    found = gate(helpful, safe, tensor([False, False, False, True]), threshold=0.15)
    assert found.tolist() == pytest.approx([EXTREME, -EXTREME, -EXTREME, EXTREME])


def test_a_row_is_gated_by_its_own_tag_and_safety():
    # tagged and safe, tagged and unsafe, safe, unsafe: s, s, h, s
    helpful, safe = tensor([1.0, 2.0, 3.0, 4.0]), tensor([5.0, -5.0, 6.0, -6.0])
    found = gate(helpful, safe, tensor([True, True, False, False]), threshold=0.15)
    assert found.tolist() == [5.0, -5.0, 3.0, -6.0]


def test_combined_rewards_are_whitened_over_the_batch():
    # 1, 2, 3, 6: mean 3, variance 3.5
    found = combine(tensor([1.0, 2.0, 3.0, 6.0]))
    assert found.tolist() == pytest.approx([-1.0690, -0.5345, 0.0, 1.6036], abs=1e-4)


def test_a_response_without_an_end_is_fined():
    found = fine_unfinished(tensor([0.5, 0.5]), tensor([True, False]), penalty=1.0)
    assert found.tolist() == [0.5, -0.5]


def test_only_the_last_real_token_carries_the_score():
    mask = tensor([[1, 1, 1], [1, 0, 0]])
    divergence = tensor([[0.1, -0.2, 0.3], [0.5, 9.0, 9.0]])
    found = token_rewards(tensor([2.0, -1.0]), divergence, mask, kl_coef=0.1)
    expected = [[-0.01, 0.02, 2.0 - 0.03], [-1.05, 0.0, 0.0]]
    for row, wanted in zip(found.tolist(), expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-6)
