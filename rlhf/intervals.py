"""How sure a measured rate or mean is. Pure: numbers in, numbers out; randomness by a passed generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Final

import torch
from torch import Generator, Tensor

from store.intervals import Interval, wilson

TERMS: Final = 60
"""Of a continued fraction: enough for twelve digits, also with a hundred thousand degrees of freedom."""
FEWEST: Final = 6
"""Prompts on which two must differ before anything is shown. Were there no difference, five would all go the
same way with probability 2 / 2^5 = 0.06, fewer more often: no sign test at 0.05 could tell."""


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


@cache  # a simulation asks for the same one thousands of times
def student(share: float, freedom: float) -> float:
    """The quantile of Student's t below which this share lies, for shares above a half.

    Found by halving in the tail of its distribution, which is exact.
    """
    low, high = 0.0, 1.0
    while _beyond(high, freedom) > 1 - share:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _beyond(middle, freedom) > 1 - share else (low, middle)
    return high


def _beyond(value: float, freedom: float) -> float:
    """How likely Student's t lies beyond a positive value: half of I_x(freedom / 2, 1 / 2) at
    x = freedom / (freedom + value²) (Abramowitz & Stegun 26.7.1 and 26.5.27)."""
    x = freedom / (freedom + value**2)
    if value**2 < 3:  # there the fraction of the rest is the shorter one
        return (1 - _beta(1 - x, 0.5, freedom / 2)) / 2
    return _beta(x, freedom / 2, 0.5) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22)."""
    fraction = 1.0
    for m in range(TERMS, 0, -1):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m - 1) * (a + b + m - 1) * x / ((a + 2 * m - 2) * (a + 2 * m - 1))
        fraction = 1 + odd / (1 + even / fraction)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return math.exp(scale + a * math.log(x) + b * math.log1p(-x)) / (a * fraction)
