"""Evidence against a claim about a row of things that come one by one, each of which is so or is not.

Where the claim is so, the chance that the evidence ever reaches 1 / a is at most a, however often one looks
(Ville 1939). All is said in natural logarithms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from store.reliability.votes import Floats, Integers

Truths = NDArray[np.bool_]
BETS: Final = np.linspace(0.05, 0.95, 19)
"""Shares of the largest bet that cannot lose everything, each held with the same weight."""
EARLIEST: Final = 25
"""Things after which a rate may first have changed."""
FURTHER: Final = 1.2
"""A moment of change that is looked at lies so many times as far as the one before."""


def against_at_most(seen: Truths, most: float) -> Floats:
    """Evidence after each of T things [T] against: each is so with a chance of `most` at most,
    given those before.

    The mean over bets b, from 0 to 1 / most, of Π (1 + b (x - most)): while the claim is so, a game that
    nobody can expect to win (Waudby-Smith & Ramdas 2024, arXiv 2010.09686).
    """
    count = np.arange(1, len(seen) + 1)[:, None]
    so = np.cumsum(seen, dtype=np.int64)[:, None]
    wealth = so * np.log1p(BETS / most - BETS) + (count - so) * np.log1p(-BETS)
    return _ln_sum(wealth - np.log(len(BETS)))


def against_no_change(seen: Truths) -> Floats:
    """Evidence after each of T things [T] against: each is so with one chance, whatever that is.

    How likely the row is if the chance changed at one of many moments, each chance anything from 0 to 1,
    beside how likely it is at most without a change (universal inference: Wasserman, Ramdas & Balakrishnan
    2020). The j-th moment weighs 1 / ((j + 1) (j + 2)); those that have not come yet weigh the rest.
    """
    count = np.arange(1, len(seen) + 1)
    so = np.cumsum(seen, dtype=np.int64)
    moments = _moments(len(seen))
    ln_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, len(seen) + 2)))])

    def likely(so: Integers, count: Integers) -> Floats:
        """ln ∫ p^so (1 - p)^(count - so) dp."""
        return np.asarray(ln_factorial[so] + ln_factorial[count - so] - ln_factorial[count + 1])

    unchanged = likely(so, count)
    found = [unchanged - np.log(len(moments) + 1)]
    for place, moment in enumerate(moments):
        changed = unchanged.copy()
        before = so[moment - 1]
        changed[moment:] = unchanged[moment - 1] + likely(so[moment:] - before, count[moment:] - moment)
        found.append(changed - np.log((place + 1) * (place + 2)))
    best = _times_log(so, so / count) + _times_log(count - so, 1 - so / count)
    return _ln_sum(np.stack(found, axis=1)) - best


def first_reached(evidence: Floats, level: float) -> int | None:
    """After how many things the evidence first made the claim as unlikely as this; None where never."""
    reached = np.flatnonzero(evidence >= -np.log(level))
    return int(reached[0]) + 1 if len(reached) else None


def _moments(count: int) -> list[int]:
    found, moment = [], float(EARLIEST)
    while moment < count:
        found.append(int(moment))
        moment *= FURTHER
    return found


def _times_log(number: Integers, value: Floats) -> Floats:
    return np.asarray(number * np.log(np.where(number > 0, value, 1.0)))


def _ln_sum(logarithms: Floats) -> Floats:
    """ln Σ e^x along the last axis, without leaving the numbers that a float can hold."""
    highest = logarithms.max(axis=-1)
    return np.asarray(highest + np.log(np.exp(logarithms - highest[:, None]).sum(axis=-1)))
