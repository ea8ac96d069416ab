"""What a reward model minimises over a batch: ranking, safety and centring losses, weighed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from rlhf.losses import centering_loss, ranking_loss, safety_loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWeights:
    """Weights of the auxiliary losses beside the ranking loss."""

    safety: float
    centering: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """What annotators said of P pairs among N responses, one value a pair [P].

    `chosen` and `rejected` number the responses; safety is 1.0, 0.0 or NaN for unknown.
    """

    chosen: Tensor
    rejected: Tensor
    margin: Tensor
    scale: Tensor
    weight: Tensor
    chosen_safe: Tensor
    rejected_safe: Tensor


def total_loss(scores: Tensor, said: Judgements, weights: LossWeights) -> Tensor:
    """Ranking loss + safety weight · safety loss + centring weight · centring loss; a scalar.

    `scores` [N] are of the distinct responses. Ranking and centring are averaged over labels (a pair counts
    by its weight), the safety loss over the responses of pairs whose safety is known (Llama 2, §3.2.2). The
    ranking loss is taken times `scale`: 1, or the degree (scaled Bradley-Terry, Wang et al. 2024, eq. 3). A
    degree of 0 then ranks nothing: whoever found neither response better gave no order to learn, and
    HelpSteer2-Preference leaves such pairs out.
    """
    chosen, rejected = scores[said.chosen], scores[said.rejected]
    per_pair = said.scale * ranking_loss(chosen, rejected, said.margin)
    per_pair = per_pair + weights.centering * centering_loss(chosen, rejected)
    loss = _weighted_mean(per_pair, said.weight)
    if weights.safety:
        loss = loss + weights.safety * _mean_safety_loss(torch.cat([chosen, rejected]), said)
    return loss


def _mean_safety_loss(scores: Tensor, said: Judgements) -> Tensor:
    is_safe = torch.cat([said.chosen_safe, said.rejected_safe])
    known = ~is_safe.isnan()
    return _weighted_mean(safety_loss(scores[known], is_safe[known]), said.weight.repeat(2)[known])


def _weighted_mean(values: Tensor, weights: Tensor) -> Tensor:
    """Σ weight · value / Σ weight, and 0 where nothing weighs."""
    return (weights * values).sum() / weights.sum().clamp(min=1e-8)
