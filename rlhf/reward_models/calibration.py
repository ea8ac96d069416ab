"""Whether a reward model's stated probabilities come true. Pure.

A model that scores one response by a gap g above another states that it is the better one with probability
σ(g); how often it is, among cases of about the same stated probability, is the reliability curve.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rlhf.reward_models.shares import Outcomes, share
from store.reward_results import Bin

BINS = 10
"""Of equal width over 0 to 1. The better-scored response is stated with at least a half, so five are used."""


def stated(gap: Tensor) -> Tensor:
    """The probability of the response that the model prefers, whichever that is, of raw gaps [N]."""
    return gap.abs().double().sigmoid()


def reliability(probabilities: Tensor, cases: Outcomes) -> tuple[Bin, ...]:
    """The bins in which there are cases, the lowest first; probabilities [N], 0 to 1, of the same cases."""
    which = (probabilities * BINS).long().clamp(max=BINS - 1)
    return tuple(
        Bin(
            pairs=int(inside.sum()),
            stated=cases.where(inside).mean(probabilities[inside]),
            right=share(cases.where(inside)),
        )
        for number in range(BINS)
        if (inside := which == number).any()
    )


def expected_calibration_error(probabilities: Tensor, cases: Outcomes) -> float:
    """Σ over bins of (share of cases) · |mean outcome - mean probability|; each label has one voice.

    Guo et al. 2017, eq. 3; 0 is perfect. Without cases, 0.
    """
    which = (probabilities * BINS).long().clamp(max=BINS - 1)
    strayed = cases.weight * (cases.right - probabilities)
    sums = torch.zeros(BINS, dtype=torch.double).index_add(0, which, strayed)
    return (sums.abs().sum() / cases.weight.sum()).item() if len(cases) else 0.0
