"""Student's t: how far a mean may lie from the truth where its spread is estimated too. Pure."""

from __future__ import annotations

import math
from functools import cache
from typing import Final

TERMS: Final = 60
"""Of a continued fraction: enough for twelve digits, also with a hundred thousand degrees of freedom."""


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
