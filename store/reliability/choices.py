"""Choices between two as arrays, and how likely each is of an annotator, given how far apart the two are.

Annotator w says "one" of a pair (one, other) whose gap is d = score of one - score of other with probability

    γ_w σ(d + b_w t) + (1 - γ_w) σ(-d + b_w t),      t = +1 where one was shown first, -1 second, 0 unknown

the crowd's Bradley-Terry of Chen et al. (2013, CrowdBT) with a bias b_w to the first shown: γ = 1 follows the
scores, 1/2 knows nothing, 0 says the opposite; a large b says the first, whatever they are. Knows no names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from store.errors import HoneError
from store.reliability.votes import Floats, Integers

STATES: Final = 6
"""Of a label: what it says (-1, +1) times how the pair was shown (-1, 0, +1), in this order."""
SAYS: Final = np.repeat([-1.0, 1.0], 3)[:, None]
SHOWN: Final = np.tile([-1.0, 0.0, 1.0], 2)[:, None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choices:
    """Of L labels: `pairs` and `annotators` number what each is of and by whom, from 0 [L].

    `says` is +1 for one and -1 for the other; `shown` is +1 where one was shown first, -1 where the other was
    and 0 where nobody knows [L].
    """

    pairs: Integers
    annotators: Integers
    says: Integers
    shown: Integers
    pair_count: int
    annotator_count: int

    def __post_init__(self) -> None:
        """Refuses labels that say or show something else."""
        if not (np.isin(self.says, (-1, 1)).all() and np.isin(self.shown, (-1, 0, 1)).all()):
            raise HoneError("Expected choices that say -1 or 1 and were shown -1, 0 or 1; there are others.")

    def rows(self) -> Integers:
        """The row of each label in a table of annotators times states [L]."""
        return self.annotators * STATES + (self.says + 1) // 2 * 3 + self.shown + 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chances:
    """P of each annotator's label in each state at each gap [W, 6, Q], and its slopes by γ and by b."""

    value: Floats
    by_gamma: Floats
    by_bias: Floats


def chances(gamma: Floats, bias: Floats, gaps: Floats) -> Chances:
    """Of annotators with these γ and b [W] at these gaps [Q]: P = γ σ(y(d + bt)) + (1 - γ) σ(y(-d + bt))."""
    told, leaning = gamma[:, None, None], bias[:, None, None] * SHOWN
    follows, contradicts = sigmoid(SAYS * (leaning + gaps)), sigmoid(SAYS * (leaning - gaps))
    steepness = told * follows * (1 - follows) + (1 - told) * contradicts * (1 - contradicts)
    return Chances(
        value=told * follows + (1 - told) * contradicts,
        by_gamma=follows - contradicts,
        by_bias=SAYS * SHOWN * steepness,
    )


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))
