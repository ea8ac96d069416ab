"""How sure a measured rate or mean is. Pure: numbers in, numbers out; randomness by a passed generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import torch
from torch import Generator, Tensor

from store.intervals import Interval, wilson


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


def paired_change(before: Sequence[float], now: Sequence[float], error: float) -> Interval:
    """The mean of now - before, two or more numbers each, prompt by prompt, with Student's interval: each end
    lies beyond the truth in `error` of cases."""
    changes = torch.tensor(now, dtype=torch.double) - torch.tensor(before, dtype=torch.double)
    mean, spread = changes.mean().item(), changes.std().item()
    reach = student(1 - error, len(changes) - 1) * spread / math.sqrt(len(changes))
    return Interval(value=mean, low=mean - reach, high=mean + reach)


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t below which this share lies (Abramowitz & Stegun 26.7.5).

    From 19 degrees of freedom and for shares up to 0.99999, within 0.001 of the exact one.
    """
    z = NormalDist().inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))
