"""How sure a figure is that comes of many items, where only clusters of them are independent."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from store.intervals import Z95, Interval, wilson
from store.reliability.votes import Floats, Integers, sums
from store.student import student

CERTAIN: Final = 0.975
"""Below the upper end of a 95 % interval."""


def around(
    value: float, influences: Floats, clusters: Integers, low: float, telling: NDArray[np.bool_] | None = None
) -> Interval:
    """The figure with its 95 % interval by Student's t, from `low` to 1.

    `influences` say by how much the figure changes with the weight of each item [I], in such units that the
    variance is G / (G - 1) Σ over G clusters of (the sum of its influences)² (linearisation; of one item a
    cluster, that of Gwet 2014). The degrees of freedom are one less than the clusters with an item that is
    `telling` [I], which all are unless it is said. Of one cluster alone nothing is known.
    """
    numbers, count = _numbered(clusters)
    known = count if telling is None else np.count_nonzero(np.bincount(numbers, telling))
    if known < 2:
        return Interval(value=value, low=low, high=1.0)
    reach = student(CERTAIN, known - 1) * _error(influences, numbers, count)
    return Interval(value=value, low=max(low, value - reach), high=min(1.0, value + reach))


def share(value: float, influences: Floats, clusters: Integers, most: float) -> Interval:
    """A share with its 95 % interval, which does not shrink to nothing where all items say the same.

    Wilson's, of as many independent trials n as have the same error, p (1 - p) / n = error², of G clusters
    where that is 0, and of `most` at most; less (z / t)², for the error is known of G clusters alone (Korn &
    Graubard 1998, with Wilson's interval for that of Clopper and Pearson).
    """
    numbers, count = _numbered(clusters)
    if count < 2:
        return Interval(value=value, low=0.0, high=1.0)
    error = _error(influences, numbers, count)
    trials = value * (1 - value) / error**2 if error > 0 and 0 < value < 1 else count
    trials = min(trials, most) * (Z95 / student(CERTAIN, count - 1)) ** 2
    found = wilson(value * trials, trials)
    return Interval(value=value, low=found.low, high=found.high)


def _numbered(clusters: Integers) -> tuple[Integers, int]:
    """The cluster of each item by a number from 0 [I], and how many there are."""
    _names, numbers = np.unique(clusters, return_inverse=True)
    return numbers, int(numbers.max()) + 1


def _error(influences: Floats, numbers: Integers, count: int) -> float:
    """The standard error, of two clusters at least."""
    own = sums(numbers, influences - influences.mean(), count)
    return math.sqrt(count / (count - 1) * float(own @ own))
