"""Divergence against a sum by hand, and over every response of a world that can be listed."""

from itertools import product

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


# A word, or the end: a response is up to three tokens. After t words each table says how likely the end is.
ENDS, REFERENCE_ENDS = (0.3, 0.6, 0.2), (0.5, 0.25, 0.7)
RESPONSES = ("E", "WE", "WWE", "WWW")


def step(token: str, end: float) -> float:
    return end if token == "E" else 1 - end


def test_every_response_weighed_by_its_probability_gives_the_divergence_exactly():
    # the chain rule: what each step adds, times how often the policy gets so far
    exact, reached = 0.0, 1.0
    for end, reference in zip(ENDS, REFERENCE_ENDS, strict=True):
        here, there = tensor([end, 1 - end]), tensor([reference, 1 - reference])
        exact += reached * (here * (here / there).log()).sum().item()
        reached *= 1 - end
    estimated, whole = 0.0, 0.0
    for response in RESPONSES:
        probability, ratios = 1.0, [9.0] * 3
        for place, token in enumerate(response):
            here, there = step(token, ENDS[place]), step(token, REFERENCE_ENDS[place])
            probability *= here
            ratios[place] = tensor(here / there).log().item()
        mask = [1.0] * len(response) + [0.0] * (3 - len(response))
        estimated += probability * response_kl(tensor([ratios]), tensor([mask])).item()
        whole += probability
    assert whole == pytest.approx(1.0)
    assert exact > 0.1
    assert estimated == pytest.approx(exact, abs=1e-6)


def test_batches_of_every_two_responses_are_right_on_average_too():
    # log ratios and probabilities of four responses; a batch of two is drawn with the product of theirs
    ratios, chances = tensor([0.4, -0.3, 0.1, -0.6]), tensor([0.4, 0.3, 0.2, 0.1])
    pairs = [
        (chances[one] * chances[other], response_kl(ratios[[one, other]].unsqueeze(1), torch.ones(2, 1)))
        for one, other in product(range(4), repeat=2)
    ]
    # 0.16 - 0.09 + 0.02 - 0.06
    assert sum(chance * kl for chance, kl in pairs).item() == pytest.approx(0.03, abs=1e-6)
