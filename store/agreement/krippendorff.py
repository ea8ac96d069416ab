"""Krippendorff's alpha: 1 - observed / expected disagreement (Krippendorff 2011, "Computing alpha").

Of units with two labels at least, n_uc of them of class c, m_u in all, N of all units, and a difference δ²:

    o_cd = Σ_u n_uc (n_ud - [c = d]) / (m_u - 1)      e_cd = n_c (n_d - [c = d]) / (N - 1)
    α = 1 - Σ o δ² / Σ e δ²
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from store.agreement.clusters import around
from store.agreement.counts import Counts
from store.agreement.raw import perfect
from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.reliability.votes import Floats

Numbers = NDArray[Any]
"""Real or complex: derivatives are taken by a complex step, exact to rounding (Squire & Trapp 1998)."""
Difference = Callable[[Numbers], Numbers]
STEP = 1e-30


def nominal(totals: Numbers) -> Numbers:
    """1 for two different classes [C, C]."""
    return 1.0 - np.eye(len(totals))


def ordinal(totals: Numbers) -> Numbers:
    """(Σ from c to d of n_g - (n_c + n_d) / 2)²: how many labels lie between two ordered classes [C, C]."""
    middle = np.cumsum(totals) - totals / 2
    return (middle[:, None] - middle[None, :]) ** 2


def interval(totals: Numbers) -> Numbers:
    """(c - d)² of classes that are numbers with the same step [C, C]."""
    places = np.arange(len(totals), dtype=float)
    return (places[:, None] - places[None, :]) ** 2


def alpha(counts: Counts, difference: Difference) -> Interval | Undefined:
    """Alpha from -1 to 1. Undefined where all labels of shared items say one class: none is expected to
    differ, so that none that differs could have been seen.

    Where nobody differs its interval is that of raw agreement, beyond chance. Else an item's influence is
    how much alpha changes with the item's weight, taken as one of the sums above.
    """
    shared = counts.shared()
    if not len(shared.clusters):
        return Undefined.NOTHING_TWICE
    said = shared.said
    totals = said.sum(axis=0)
    if np.count_nonzero(totals) < 2:
        return Undefined.ONE_CLASS
    if (said.max(axis=1) == shared.labels).all():
        return perfect(shared, float((totals * (totals - 1)).sum() / (totals.sum() * (totals.sum() - 1))))
    each = 1 / (shared.labels - 1)
    together = (said * each[:, None]).T @ said - np.diag((said * each[:, None]).sum(axis=0))
    of_pairs, of_totals = _slopes(together, totals, difference)
    influences = said @ of_totals
    influences += each * np.einsum("ik,kl,il->i", said, of_pairs, said, optimize=True)
    influences -= each * (said @ np.diag(of_pairs))
    return around(float(_alpha(together, totals, difference)), influences, shared.clusters, low=-1.0)


def _alpha(together: Numbers, totals: Numbers, difference: Difference) -> Any:  # noqa: ANN401  # a number
    apart = difference(totals)
    expected = (totals[:, None] * totals[None, :] * apart).sum() / (totals.sum() - 1)
    return 1 - (together * apart).sum() / expected


def _slopes(together: Floats, totals: Floats, difference: Difference) -> tuple[Floats, Floats]:
    """By how much alpha changes with each o_cd [C, C] and with each n_c [C]."""
    classes = len(totals)
    of_pairs, of_totals = np.zeros((classes, classes)), np.zeros(classes)
    for place in np.ndindex(classes, classes):
        moved = together.astype(complex)
        moved[place] += STEP * 1j
        of_pairs[place] = _alpha(moved, totals, difference).imag / STEP
    for one in range(classes):
        moved = totals.astype(complex)
        moved[one] += STEP * 1j
        of_totals[one] = _alpha(together, moved, difference).imag / STEP
    return of_pairs, of_totals
