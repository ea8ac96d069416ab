"""How sure a measured rate or mean is. Pure: numbers in, numbers out; randomness by a passed generator."""

from __future__ import annotations

import math

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
