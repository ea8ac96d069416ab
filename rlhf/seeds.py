"""Random generators named by what they are for, so that no two purposes share a stream."""

from __future__ import annotations

import torch

from store.identity import identity


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
