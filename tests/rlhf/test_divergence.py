"""Divergence against a sum by hand."""

import pytest
import torch
from torch import tensor

from rlhf.divergence import adapted_coef, entropy, response_kl

POLICY, REFERENCE = tensor([0.5, 0.5]), tensor([0.8, 0.2])
# 0.5 ln(0.5/0.8) + 0.5 ln(0.5/0.2)
EXACT = 0.2231


def test_what_a_policy_draws_is_as_far_from_the_reference_as_the_sum_over_all_tokens_says():
    # one response of each token, drawn as often as the policy has it: half and half
    log_ratio = (POLICY.log() - REFERENCE.log()).unsqueeze(1)
    assert response_kl(log_ratio, torch.ones(2, 1)).item() == pytest.approx(EXACT, abs=1e-4)


def test_a_responses_divergence_sums_its_tokens():
    log_ratio, mask = tensor([[0.1, 0.2], [0.5, 9.0]]), tensor([[1, 1], [1, 0]])
    assert response_kl(log_ratio, mask).item() == pytest.approx((0.3 + 0.5) / 2)


def test_entropy_of_equal_logits_is_the_logarithm_of_their_number():
    assert entropy(torch.zeros(3, 8)).tolist() == pytest.approx([2.0794] * 3, abs=1e-4)


@pytest.mark.parametrize(("kl", "coef"), [(12.0, 0.22), (6.6, 0.21), (6.0, 0.2), (3.0, 0.18)])
def test_the_coefficient_moves_towards_the_target(kl, coef):
    # target 6: the error is clipped to ±0.2, and the share here is half
    assert adapted_coef(0.2, kl, target=6.0, share=0.5) == pytest.approx(coef)


def test_a_whole_share_moves_the_coefficient_by_a_fifth_at_most():
    assert adapted_coef(0.1, 1000.0, target=6.0, share=1.0) == pytest.approx(0.12)
