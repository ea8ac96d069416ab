"""Gwet's AC1 and AC2: agreement beyond what chance would give, also where one class is rare.

Of items i with r_i labels, r_ik of them of class k, and weights w (Gwet 2008; 2014):

    p_a = mean over items with r_i >= 2 of Σ_k r_ik (Σ_l w_kl r_il - 1) / (r_i (r_i - 1))
    π_k = mean over items of r_ik / r_i
    p_e = Σ w / (C (C - 1)) · Σ_k π_k (1 - π_k)
    AC  = (p_a - p_e) / (1 - p_e)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from store.agreement.clusters import around
from store.agreement.counts import Counts
from store.agreement.raw import perfect
from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.reliability.votes import Floats

Weights = Callable[[int], Floats]


def agreement_beyond_chance(counts: Counts, weights: Weights) -> Interval | Undefined:
    """AC1 with the weights `identity`, AC2 with any others; from -1 to 1.

    Classes that nobody chose count as well: they could have been chosen. Each item's influence is
    [(p_a,i - p_a) / (1 - p_e) · n / n' - 2 (1 - AC) (p_e,i - p_e) / (1 - p_e)] / n, with p_a,i of an item's
    own labels and p_e,i of its own shares, the first part for the n' of n items with two labels alone.

    That is the linearisation of p_a as a mean over those n' items, however many there are. Gwet's formula
    (2014, §5.3) has AC_i itself there, 0 of an item with one label: where all have two it is the same, where
    few have, it takes the share of those that have for noise, and is far too wide.
    """
    labels, classes = counts.labels, counts.said.shape[1]
    twice = labels >= 2
    if not twice.any():
        return Undefined.NOTHING_TWICE
    if classes < 2:
        return Undefined.ONE_CLASS
    weight = weights(classes)
    agreed = np.zeros(len(labels))
    alike = np.einsum("ik,ik->i", counts.said, counts.said @ weight - 1)
    agreed[twice] = alike[twice] / (labels * (labels - 1))[twice]
    seen = float(agreed[twice].mean())
    shares = counts.said / labels[:, None]
    spread = shares.mean(axis=0)
    scale = weight.sum() / (classes * (classes - 1))
    chance = float(scale * (spread * (1 - spread)).sum())
    value = (seen - chance) / (1 - chance)
    if seen == 1:
        return perfect(counts, float((spread * (1 - spread)).sum() / (classes - 1)))
    own = twice * (agreed - seen) * (len(labels) / twice.sum()) / (1 - chance)
    own_chance = scale * (shares * (1 - spread)).sum(axis=1)
    influences = (own - 2 * (1 - value) * (own_chance - chance) / (1 - chance)) / len(labels)
    return around(value, influences, counts.clusters, low=-1.0, telling=twice)
