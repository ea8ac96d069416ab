"""How sure a ratio of labels over seeds and prompts is: both are drawn again. Pure: tensors in, numbers out.

Homes of several seeds answer prompts that are in part the same, so a prompt is drawn for all of them at once
and a seed with all its prompts (the pigeonhole bootstrap: Owen 2007, Annals of Applied Statistics 1).
It counts what is chance in single games up to three times, and of what differs between S seeds the share 1/S
too little; and the mean of seeds that are drawn never lies beyond the best and the worst of them: where few
seeds differ much, its intervals are too narrow. One seed alone cannot say how much seeds differ: then only
prompts are drawn. Games are 1, 0 or a half, and not a number where a seed has no
such prompt.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from store.intervals import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """How often each seed [B, S] and each prompt [B, P] was drawn, B times."""

    seeds: Tensor
    prompts: Tensor


def draw(seeds: int, prompts: int, times: int, generator: Generator) -> Draws:
    """So many draws, each of as many seeds and prompts as there are."""
    return Draws(seeds=_counts(seeds, times, generator), prompts=_counts(prompts, times, generator))


def means(games: Tensor, draws: Draws) -> Tensor:
    """The mean [B] of each draw over the games [S, P] that were played."""
    played = ~games.isnan()
    won = ((draws.seeds @ games.nan_to_num()) * draws.prompts).sum(dim=1)
    return won / ((draws.seeds @ played.double()) * draws.prompts).sum(dim=1)


def crossing(labels: Tensor, rates: Tensor, wanted: float) -> Tensor:
    """How many labels [B] the rates [R, B] need to reach what is wanted, on straight lines between rounds.

    `labels` [R] rise from round to round; infinity where no round reaches it. The first time counts, though a
    later round may fall below it again.
    """
    found = torch.full((rates.shape[1],), torch.inf, dtype=torch.double)
    for at in range(len(labels) - 1, 0, -1):
        before, after = rates[at - 1], rates[at]
        share = (wanted - before) / (after - before)
        where = labels[at - 1] + share * (labels[at] - labels[at - 1])
        found = torch.where((before < wanted) & (after >= wanted), where, found)
    return found


def ratio(ours: Tensor, theirs: Tensor) -> Interval:
    """Labels that we need for each that they need: the first of either [1 + B] as measured, the others drawn.

    Where neither gets there the ratio may be anything, and widens the interval on both sides.
    """
    ratios = ours / theirs
    low, high = (ratios[1:].nan_to_num(nan=end, posinf=torch.inf) for end in (0.0, torch.inf))
    return Interval(value=ratios[0].item(), low=_percentile(low, 0.025), high=_percentile(high, 0.975))


def _counts(things: int, times: int, generator: Generator) -> Tensor:
    """How often each was drawn [B, N], where as many are drawn as there are."""
    places = torch.randint(things, (times, things), generator=generator)
    counts = torch.zeros(times, things, dtype=torch.double)
    return counts.scatter_add(1, places, torch.ones_like(places, dtype=torch.double))


def _percentile(values: Tensor, share: float) -> float:
    """One of the values: between infinity and a number there is nothing to be found."""
    ordered = values.double().sort().values
    return ordered[round(share * (len(ordered) - 1))].item()
