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


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What batches weigh on average: their labels, and their responses whose safety is known."""

    labels: float
    known: float


def total_loss(scores: Tensor, said: Judgements, weights: LossWeights, average: Worth) -> Tensor:
    """Ranking loss + safety weight · safety loss + centring weight · centring loss; a scalar.

    `scores` [N] are of the distinct responses. Ranking and centring are summed over labels (a pair counts by
    its weight) and divided by what labels weigh in an `average` batch; the safety loss is summed over the
    responses whose safety is known (Llama 2, §3.2.2) and divided by what those weigh: each label does so much
    as its weight says, whichever others it meets. The ranking loss is taken times `scale`: 1, or the degree
    (scaled Bradley-Terry, Wang et al. 2024, eq. 3). A degree of 0 then ranks nothing: whoever found neither
    response better gave no order to learn, and HelpSteer2-Preference leaves such pairs out.
    """
    chosen, rejected = scores[said.chosen], scores[said.rejected]
    per_pair = said.scale * ranking_loss(chosen, rejected, said.margin)
    per_pair = per_pair + weights.centering * centering_loss(chosen, rejected)
    loss = (said.weight * per_pair).sum() / average.labels
    if weights.safety and average.known:
        told = _told_safety(torch.cat([chosen, rejected]), said)
        loss = loss + weights.safety * told / average.known
    return loss


def _told_safety(scores: Tensor, said: Judgements) -> Tensor:
    """Σ weight · safety loss over both sides of all pairs, where it is known."""
    is_safe = torch.cat([said.chosen_safe, said.rejected_safe])
    known = ~is_safe.isnan()
    return (said.weight.repeat(2)[known] * safety_loss(scores[known], is_safe[known])).sum()
