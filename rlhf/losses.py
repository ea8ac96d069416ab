"""Losses of the reward model, the policy and the critic, one value an element; the caller averages.

Pure: tensors in, tensors out.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid


def ranking_loss(chosen: Tensor, rejected: Tensor, margin: Tensor) -> Tensor:
    """-log σ(chosen - rejected - margin), one value a pair [B] (Llama 2, eq. 2)."""
    return -logsigmoid(chosen - rejected - margin)


def safety_loss(scores: Tensor, is_safe: Tensor) -> Tensor:
    """Cross-entropy of σ(score) against whether the response is safe (1.0 or 0.0), one value a response [B].

    Llama 2 (§3.2.2, table 29) reports the auxiliary loss without a formula; this one puts a raw score of 0
    at the border between safe and unsafe, which the reward's gate relies on.
    """
    return binary_cross_entropy_with_logits(scores, is_safe, reduction="none")


def centering_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    """(chosen + rejected)², one value a pair [B]; keeps scores near 0 (Eisenstein et al. 2023)."""
    return (chosen + rejected) ** 2


def policy_loss(log_ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """-min(ρA, clamp(ρ, 1 - clip, 1 + clip)A) with ρ = exp(log_ratio), one value a token (PPO, eq. 7)."""
    ratio = log_ratio.exp()
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages)


def value_loss(values: Tensor, old_values: Tensor, returns: Tensor, clip: float) -> Tensor:
    """½ max((v - R)², (v_clipped - R)²), one value a token; v_clipped is within `clip` of the old v (N+)."""
    clipped = old_values + (values - old_values).clamp(-clip, clip)
    return 0.5 * torch.maximum((values - returns) ** 2, (clipped - returns) ** 2)
