"""How sure a figure is that comes of many items, where only clusters of them are independent."""

from __future__ import annotations

import math

import numpy as np

from store.intervals import Interval
from store.reliability.votes import Floats, Integers, sums
from store.student import student

CERTAIN = 0.975
"""Below the upper end of a 95 % interval."""


def around(value: float, influences: Floats, clusters: Integers, low: float) -> Interval:
    """The figure with its 95 % interval by Student's t, from `low` to 1.

    `influences` say by how much the figure changes with the weight of each item [I], in such units that the
    variance is G / (G - 1) Σ over G clusters of (the sum of its influences)² (linearisation; of one item a
    cluster, that of Gwet 2014). Of one cluster alone nothing is known.
    """
    _names, numbers = np.unique(clusters, return_inverse=True)
    count = int(numbers.max()) + 1
    if count < 2:
        return Interval(value=value, low=low, high=1.0)
    own = sums(numbers, influences - influences.mean(), count)
    error = math.sqrt(count / (count - 1) * float(own @ own))
    reach = student(CERTAIN, count - 1) * error
    return Interval(value=value, low=max(low, value - reach), high=min(1.0, value + reach))
