"""How sure a measured share is. Pure: counts in, numbers out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054
"""The normal quantile that leaves 2.5 % on either side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(successes: float, trials: float, z: float = Z95) -> Interval:
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


def difference(one: Interval, other: Interval) -> Interval:
    """A share less another, of other trials, from the Wilson intervals of both (Newcombe 1998, method 10).

    Ends d - √((p₁ - l₁)² + (u₂ - p₂)²) and d + √((u₁ - p₁)² + (p₂ - l₂)²).
    """
    gap = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return Interval(value=gap, low=gap - below, high=gap + above)
