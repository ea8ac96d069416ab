"""Which two variants answer a message, and at what temperature (Llama 2, §3.2.1). Pure and seeded.

Half the time the newest model against the one before it, which tells whether it has become better; else, and
where there is one model only, the newest against itself at another temperature. Which of the two comes first
is drawn here; on which side it is seen, the lease decides.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

SEEDS: Final = 2**31
AGAINST_THE_PREVIOUS: Final = 0.5
"""How often the newest model meets the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A model and how its tokens are drawn."""

    model: str
    temperature: float
    seed: int


def pair(
    models: Sequence[str], temperatures: Sequence[float], chance: random.Random
) -> tuple[Variant, Variant]:
    """Two variants of these models, the newest of which comes first in the list."""
    newest = models[0]
    other = models[1] if len(models) > 1 and chance.random() < AGAINST_THE_PREVIOUS else newest
    if other == newest and len(set(temperatures)) > 1:
        drawn = chance.sample(sorted(set(temperatures)), 2)
    else:
        drawn = [chance.choice(temperatures), chance.choice(temperatures)]
    variants = [
        Variant(model=model, temperature=temperature, seed=chance.randrange(SEEDS))
        for model, temperature in zip((newest, other), drawn, strict=True)
    ]
    chance.shuffle(variants)
    return variants[0], variants[1]


def redrawn(variant: Variant, chance: random.Random) -> Variant:
    """The same variant with other random numbers: it said what the other one says."""
    return replace(variant, seed=chance.randrange(SEEDS))
