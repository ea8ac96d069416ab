"""From two reward models' scores to one reward a token (Llama 2, §3.2.3).

Scores are raw: σ of them is the probability that the paper speaks of, and its LOGIT gives them back. Pure.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from rlhf.masked import TINY

EXTREME = math.log((1 - 1e-6) / 1e-6)
"""Raw score beyond which a probability counts as certain: its distance from 0 or 1 is 1e-6."""


def gate(helpfulness: Tensor, safety: Tensor, is_safety: Tensor, threshold: float) -> Tensor:
    """R_s where the prompt is tagged or σ(R_s) < threshold, R_h otherwise; all [B], raw, within ±EXTREME."""
    unsafe = torch.sigmoid(safety) < threshold
    return certain(torch.where(is_safety | unsafe, safety, helpfulness))


def certain(scores: Tensor) -> Tensor:
    """Raw scores [B], none more certain than certain: within ±EXTREME."""
    return scores.clamp(-EXTREME, EXTREME)


def combine(gated: Tensor) -> Tensor:
    """WHITEN of raw gated scores [B] over the batch: mean 0, variance 1."""
    return (gated - gated.mean()) / (gated.var(correction=0) + TINY).sqrt()


def fine_unfinished(scores: Tensor, finished: Tensor, penalty: float) -> Tensor:
    """Scores [B] less `penalty` where the response never ended (after N+, detail 7)."""
    return scores - penalty * (~finished)


def token_rewards(scores: Tensor, divergence: Tensor, mask: Tensor, kl_coef: float) -> Tensor:
    """Rewards [B, R]: -β·(log π - log π_ref) at every real token, and the score [B] added at the last one.

    `divergence` is log π - log π_ref of the drawn tokens [B, R]; `mask` [B, R] is padded on the right.
    """
    rewards = -kl_coef * divergence * mask
    # The last token carries the score; every other token only its KL penalty.
    last = (mask.sum(dim=1) - 1).unsqueeze(1)
    return rewards.scatter_add(1, last, scores.unsqueeze(1))
