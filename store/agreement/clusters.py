"""How sure a figure is that comes of many items, where only clusters of them are independent."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from store.intervals import Z95, Interval, wilson
from store.reliability.votes import Floats, Integers, sums
from store.student import student

CERTAIN: Final = 0.975
"""Below the upper end of a 95 % interval."""


def around(
    value: float, influences: Floats, clusters: Integers, low: float, freedom: int | None = None
) -> Interval:
    """The figure with its 95 % interval by Student's t, from `low` to 1.

    `influences` say by how much the figure changes with the weight of each item [I], in such units that the
    variance is G / (G - 1) Σ over G clusters of (the sum of its influences)² (linearisation; of one item a
    cluster, that of Gwet 2014). The degrees of `freedom` are G - 1 unless fewer are given. Of one cluster
    alone nothing is known.
    """
    error, count = _error(influences, clusters)
    freedom = count - 1 if freedom is None else freedom
    if freedom < 1:
        return Interval(value=value, low=low, high=1.0)
    reach = student(CERTAIN, freedom) * error
    return Interval(value=value, low=max(low, value - reach), high=min(1.0, value + reach))


def share(value: float, influences: Floats, clusters: Integers, most: float) -> Interval:
    """A share with its 95 % interval, which does not shrink to nothing where all items say the same.

    Wilson's, of as many independent trials n as have the same error, p (1 - p) / n = error², of G clusters
    where that is 0, and of `most` at most; less (z / t)², for the error is known of G clusters alone (Korn &
    Graubard 1998, with Wilson's interval for that of Clopper and Pearson).
    """
    error, count = _error(influences, clusters)
    if count < 2:
        return Interval(value=value, low=0.0, high=1.0)
    trials = value * (1 - value) / error**2 if error > 0 and 0 < value < 1 else count
    trials = min(trials, most) * (Z95 / student(CERTAIN, count - 1)) ** 2
    found = wilson(value * trials, trials)
    return Interval(value=value, low=found.low, high=found.high)


def _error(influences: Floats, clusters: Integers) -> tuple[float, int]:
    """The standard error, and of how many clusters it comes; 0 of a single one."""
    _names, numbers = np.unique(clusters, return_inverse=True)
    count = int(numbers.max()) + 1
    own = sums(numbers, influences - influences.mean(), count)
    return math.sqrt(count / max(count - 1, 1) * float(own @ own)), count
