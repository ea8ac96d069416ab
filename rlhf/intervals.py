"""How sure a measured rate or mean is. Pure: numbers in, numbers out; randomness by a passed generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Generator, Tensor

from store.intervals import Interval, wilson
from store.student import student

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
