"""How many judgements it takes to tell a small gain from none. Pure: rates in, numbers out.

A policy that is no better wins half of the blind comparisons with the one before it, ties half. To tell a win
rate of 1/2 + g from 1/2 in a two-sided test at 5 %, four times in five, takes

    n = ((z₀.₉₇₅ √(p₀ (1 - p₀)) + z₀.₈ √(p₁ (1 - p₁))) / (p₁ - p₀))²

independent judgements, p₀ = 1/2, p₁ = 1/2 + g: the normal approximation to the binomial for one sample (R's
statpsych::size.test.prop, which names Fleiss, Levin and Paik 2003, Statistical Methods for Rates and
Proportions, adds a correction for continuity to it). Judges who are right with the probability a see less of
a gain: p₁ = a (1/2 + g) + (1 - a) (1/2 - g) = 1/2 + (2a - 1) g; what such errors do to a test is the subject
of Bross 1954, Misclassification in 2 x 2 tables, Biometrics 10(4). Ties only make it easier, and are not
counted on.
"""

from __future__ import annotations

import math
from typing import Final

from store.intervals import Z95

Z80: Final = 0.8416212335729143
"""The normal quantile that leaves a fifth above it: a gain that is there is found four times in five."""
EVEN: Final = 0.5
LEAST: Final = 1e-6
"""No smaller gain is looked for."""


def labels_needed(gain: float, accuracy: float = 1.0) -> int | None:
    """Judgements that tell a win rate of 1/2 + `gain` from 1/2; None where judges do no better than a coin.

    `gain` is above 0 and at most 1/2; `accuracy` is how often one judgement is right, from 0 to 1.
    """
    seen = (2 * accuracy - 1) * gain
    return math.ceil(_needed(seen)) if seen >= LEAST else None


def gain_told(labels: int, accuracy: float = 1.0) -> float | None:
    """The smallest gain that so many judgements tell from none; None where even the largest stays hidden."""
    clear = 2 * accuracy - 1
    if clear <= 0 or labels < _needed(EVEN * clear):
        return None
    low, high = LEAST, EVEN * clear
    while high - low > LEAST:  # what is needed falls as the gain grows
        middle = (low + high) / 2
        low, high = (low, middle) if _needed(middle) <= labels else (middle, high)
    return high / clear


def _needed(seen: float) -> float:
    """Judgements for a win rate that is seen to be 1/2 + `seen`."""
    rate = EVEN + seen
    return ((Z95 * math.sqrt(EVEN * (1 - EVEN)) + Z80 * math.sqrt(rate * (1 - rate))) / seen) ** 2
