"""What a reward model minimises over a batch: ranking, safety and centring losses, weighed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from rlhf.losses import centering_loss, ranking_loss, safety_loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWeights:
    """Weights of the auxiliary losses beside the ranking loss."""

    safety: float
    centering: float


def total_loss(scores: Tensor, batch: Mapping[str, Tensor], weights: LossWeights) -> Tensor:
    """Ranking loss + safety weight · safety loss + centring weight · centring loss; a scalar.

    Ranking and centring are averaged over labels (a pair counts by its weight), the safety loss over the
    responses of pairs whose safety is known (Llama 2, §3.2.2).
    """
    chosen, rejected, share = scores[batch["chosen"]], scores[batch["rejected"]], batch["weight"]
    per_pair = ranking_loss(chosen, rejected, batch["margin"])
    per_pair = per_pair + weights.centering * centering_loss(chosen, rejected)
    loss = (share * per_pair).sum() / share.sum()
    return loss + weights.safety * _mean_safety_loss(torch.cat([chosen, rejected]), batch)


def _mean_safety_loss(scores: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
    is_safe = torch.cat([batch["chosen_safe"], batch["rejected_safe"]])
    share = torch.cat([batch["weight"], batch["weight"]])
    known = ~is_safe.isnan()
    losses = safety_loss(scores[known], is_safe[known])
    return (share[known] * losses).sum() / share[known].sum().clamp(min=1e-8)
