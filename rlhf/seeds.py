"""Random generators named by what they are for, so that no two share a stream; the seeds of responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from store.identity import identity

SEEDS: Final = 2**31
"""Seeds of responses lie below: as many as the chat draws from, and as vLLM takes."""


def seeded(*parts: str | int) -> torch.Generator:
    """A generator that depends on the parts alone; the same parts give the same numbers."""
    return torch.Generator().manual_seed(int(identity("seed", *parts)[:15], 16))


def endless(count: int, places: range, *parts: str | int) -> list[int]:
    """These places of an endless stream through 0 to count - 1, shuffled anew each time round by the parts.

    A place depends on nothing but its number, so whoever goes on later goes on in the same stream.
    """
    rounds = {place // count for place in places}
    orders = {turn: torch.randperm(count, generator=seeded(*parts, turn)).tolist() for turn in rounds}
    return [orders[place // count][place % count] for place in places]


def draw_seeds(count: int, generator: torch.Generator) -> list[int]:
    """A seed for each of so many responses."""
    seeds: list[int] = torch.randint(SEEDS, (count,), generator=generator).tolist()
    return seeds


def uniforms(seeds: Sequence[int], count: int) -> Tensor:
    """Numbers [N, count] in [0, 1), a row of its seed alone: fewer of them are the first of more."""
    numbers, generator = torch.empty(len(seeds), count), torch.Generator()
    for row, seed in zip(numbers, seeds, strict=True):
        torch.rand(count, generator=generator.manual_seed(seed), out=row)
    return numbers
