"""Batches and losses of reward training, by hand."""

import math

import pytest
import torch

from rlhf.reward_models.elements import Pair
from rlhf.reward_models.objective import LossWeights, total_loss
from rlhf.reward_models.trainer import PairCollator, element

PLAIN = LossWeights(safety=0.0, centering=0.0)


def _batch(*pairs: Pair) -> dict[str, torch.Tensor]:
    return PairCollator(pad_id=9)([element(pairs)])


def _pair(chosen: tuple[int, ...], rejected: tuple[int, ...], **more: float) -> Pair:
    return Pair(chosen=chosen, rejected=rejected, **{"margin": 0.0, "weight": 1.0} | more)


def test_a_response_in_many_pairs_passes_the_model_once():
    batch = _batch(_pair((1, 2, 3), (1, 4)), _pair((1, 2, 3), (1, 5)), _pair((1, 4), (1, 5)))
    assert batch["input_ids"].tolist() == [[1, 2, 3], [1, 4, 9], [1, 5, 9]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0], [1, 1, 0]]
    assert batch["chosen"].tolist() == [0, 0, 1]
    assert batch["rejected"].tolist() == [1, 2, 2]


def test_several_comparisons_share_a_batch():
    elements = [element([_pair((1,), (2,), margin=0.5)]), element([_pair((3,), (4,), margin=1.0)])]
    batch = PairCollator(pad_id=9)(elements)
    pairs = [(batch["input_ids"][a].item(), batch["input_ids"][b].item()) for a, b in
             zip(batch["chosen"].tolist(), batch["rejected"].tolist(), strict=True)]  # fmt: skip
    assert pairs == [(1, 2), (3, 4)]
    assert batch["margin"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("margin", "loss"),
    [(0, 0.3133), (1 / 3, 0.4144), (2 / 3, 0.5403), (1, 0.6931), (2, 1.3133), (3, 2.1269)],
)
def test_a_gap_of_one_costs_what_its_margin_says(margin, loss):
    # -ln σ(1 - margin), to four digits
    batch = _batch(_pair((1,), (2,), margin=margin))
    assert total_loss(torch.tensor([1.0, 0.0]), batch, PLAIN).item() == pytest.approx(loss, abs=1e-4)


def test_a_ranking_of_three_pairs_weighs_as_much_as_a_single_pair():
    third = 1 / 3
    batch = _batch(
        _pair((1,), (2,), weight=third),
        _pair((1,), (3,), weight=third),
        _pair((2,), (3,), weight=third),
        _pair((4,), (5,)),
    )
    ranking = (2 * 0.31326 + 0.12693) / 3  # gaps 1, 2, 1
    rows = {ids: row for row, (ids,) in enumerate(batch["input_ids"].tolist())}
    scores = torch.empty(5)
    for ids, score in {1: 2.0, 2: 1.0, 3: 0.0, 4: 0.0, 5: 0.0}.items():
        scores[rows[ids]] = score
    assert total_loss(scores, batch, PLAIN).item() == pytest.approx((ranking + 0.69315) / 2, abs=1e-4)


def test_the_safety_loss_counts_only_known_responses():
    batch = _batch(_pair((1,), (2,), chosen_safe=1.0), _pair((3,), (4,), rejected_safe=0.0))
    scores = torch.tensor([0.0, 0.0, 0.0, 0.0])
    with torch.no_grad():
        rows = {ids: row for row, (ids,) in enumerate(batch["input_ids"].tolist())}
        scores[rows[1]], scores[rows[2]], scores[rows[3]], scores[rows[4]] = 2.0, 2.0, -1.0, -1.0
    # both gaps are 0; -ln σ(2) = 0.12693 and -ln(1 - σ(-1)) = 0.31326
    loss = total_loss(scores, batch, LossWeights(safety=1.0, centering=0.0))
    assert loss.item() == pytest.approx(0.69315 + (0.12693 + 0.31326) / 2, abs=1e-4)


def test_unknown_safety_leaves_no_trace_in_the_gradient():
    batch = _batch(_pair((1,), (2,)))
    scores = torch.tensor([1.0, 0.0], requires_grad=True)
    total_loss(scores, batch, LossWeights(safety=1.0, centering=0.0)).backward()
    assert scores.grad is not None
    assert scores.grad.tolist() == pytest.approx([-0.26894, 0.26894], abs=1e-4)  # ∓(1 - σ(1))


def test_centring_pulls_the_sum_of_both_scores_to_nothing():
    batch = _batch(_pair((1,), (2,)))
    loss = total_loss(torch.tensor([3.0, 3.0]), batch, LossWeights(safety=0.0, centering=0.01))
    assert loss.item() == pytest.approx(math.log(2) + 0.36, abs=1e-4)
