"""Generalised advantage estimation over padded responses (Schulman et al. 2016). Pure."""

from __future__ import annotations

import torch
from torch import Tensor


def advantages(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, lam: float) -> Tensor:
    """A_t = δ_t + γλ·A_{t+1} with δ_t = r_t + γ·V_{t+1} - V_t, [B, R]; 0 on padding.

    V_t is the value before token t is drawn; after the last real token nothing is expected any more. The
    returns that the critic learns are A + V.
    """
    values, rewards = values * mask, rewards * mask
    later, out = torch.zeros_like(values[:, 0]), torch.zeros_like(values)
    next_value = torch.zeros_like(later)
    for step in reversed(range(values.shape[1])):
        delta = rewards[:, step] + gamma * next_value - values[:, step]
        later = (delta + gamma * lam * later) * mask[:, step]
        out[:, step] = later
        next_value = values[:, step]
    return out


def explained_variance(values: Tensor, returns: Tensor, mask: Tensor) -> Tensor:
    """1 - Var[returns - values] / Var[returns] over real tokens: 1 is a perfect critic, 0 a constant one."""
    kept = mask.bool()
    residual = (returns - values)[kept].var(correction=0)
    return 1 - residual / returns[kept].var(correction=0).clamp(min=1e-8)
