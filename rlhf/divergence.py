"""How far the policy is from its reference, in nats, and what a nat costs. Pure.

`log_ratio` is log π - log π_ref of tokens that π drew.
"""

from __future__ import annotations

import torch
from torch import Tensor


def response_kl(log_ratio: Tensor, mask: Tensor) -> Tensor:
    """Mean over responses of the sum of log π - log π_ref over their tokens [B, R]: nats a response.

    Unbiased for KL(π‖π_ref), of either sign (Schulman 2020, k1).
    """
    return (log_ratio * mask).sum(dim=1).mean()


def entropy(logits: Tensor) -> Tensor:
    """-Σ p log p over the vocabulary of logits [..., V], in nats."""
    logprobs = torch.log_softmax(logits, dim=-1)
    return -(logprobs.exp() * logprobs).sum(dim=-1)


def adapted_coef(coef: float, kl: float, target: float, share: float) -> float:
    """β·(1 + clip(KL/target - 1, ±0.2)·share): β rises while KL is above its target (Ziegler et al. 2019).

    `share` is the batch's part of the horizon over which β may multiply.
    """
    error = min(max(kl / target - 1, -0.2), 0.2)
    return coef * (1 + error * share)
