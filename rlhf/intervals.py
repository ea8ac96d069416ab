"""How sure a measured rate or mean is. Pure: numbers in, numbers out; randomness by a passed generator."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

Z95 = 1.959963984540054
"""The normal quantile that leaves 2.5 % on either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(successes: float, trials: int, z: float = Z95) -> Interval:
    """A proportion with Wilson's score interval.

    Centre (p + z²/2n) / (1 + z²/n), half-width z √(p(1-p)/n + z²/4n²) / (1 + z²/n). It stays within 0 and 1
    and does not shrink to nothing when every trial agrees. Without trials nothing is known: 0.5 in [0, 1].
    """
    if trials == 0:
        return Interval(value=0.5, low=0.0, high=1.0)
    share = successes / trials
    shrink = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / shrink
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / shrink
    return Interval(value=share, low=max(0.0, centre - half), high=min(1.0, centre + half))


def win_rate(wins: int, ties: int, losses: int) -> Interval:
    """(wins + ties / 2) / all with Wilson's interval over all.

    A tie varies less than a coin that is won half of the time, so with ties the interval is too wide.
    """
    return wilson(wins + ties / 2, wins + ties + losses)


def bootstrap_mean(values: Tensor, generator: Generator, rounds: int = 1000) -> Interval:
    """The mean of one value a prompt [N] with the 2.5 and 97.5 percentiles of resampled prompts."""
    if not len(values):
        return Interval(value=math.nan, low=math.nan, high=math.nan)
    drawn = torch.randint(len(values), (rounds, len(values)), generator=generator)
    means = values.double()[drawn].mean(dim=1)
    low, high = torch.quantile(means, torch.tensor([0.025, 0.975], dtype=torch.double)).tolist()
    return Interval(value=values.double().mean().item(), low=low, high=high)
