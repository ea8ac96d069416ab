"""Which labels are worth a reviewer's look, why, and in what order: the likeliest to be wrong first. Pure.

A label's worth is the chance that it is wrong: by what tells of it alone (`doubts`), or, where a reason tells
more, by how often reviewers found labels wrong that were looked at for that reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from store.quality.ballots import Ballots
from store.quality.doubts import Doubts
from store.quality.habits import hasty
from store.records import Purpose
from store.reliability.votes import Floats
from store.suspicion.evidence import Truths


class Reason(StrEnum):
    """Why a reviewer should look, in the words of a page."""

    UNSAFE = "chosen unsafe, another safe"
    FLAGGED = "flagged"
    CONTRADICTED = "reward models contradict it"
    ANEW = "said anew after it was sent back"
    DISAGREE = "annotators disagree"
    HASTE = "faster than one can read"
    BOTH_BAD = "both bad"
    UNREVIEWED = "unreviewed"
    CHANCE = "drawn by chance"


EXPECTED: Final[Mapping[Reason, float]] = {
    Reason.UNSAFE: 0.9,
    Reason.FLAGGED: 0.8,
    Reason.ANEW: 0.3,
    Reason.HASTE: 0.4,
    Reason.BOTH_BAD: 0.25,
}
"""The share of labels with each reason that is taken to be wrong before any was reviewed. Ours; none where
the label's own doubt says more."""
IMAGINED: Final = 10
"""Reviews that the expectation counts as."""
CONFIDENT: Final = 0.75
"""The chance from which reward models contradict a label with confidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Of labels that were looked at for a reason, how many were reviewed and how many were wrong."""

    reviewed: int
    wrong: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worth:
    """Of each label by its number the chance that it is wrong and whether each reason holds [L]."""

    chance: Floats
    reasons: Mapping[Reason, Truths]

    @property
    def any(self) -> Truths:
        """Whether there is any reason [L]."""
        return np.logical_or.reduce(list(self.reasons.values()))

    def of(self, label: int) -> tuple[Reason, ...]:
        """The reasons of a label, the gravest first."""
        return tuple(reason for reason, holds in self.reasons.items() if holds[label])


def worth(
    ballots: Ballots,
    doubts: Doubts,
    found: Mapping[Reason, Found],
    unreviewed: Truths | None = None,
    anew: Truths | None = None,
) -> Worth:
    """Of work alone: what only measures annotators is not reviewed. `unreviewed` are labels [L] that do not
    train until somebody confirms them, `anew` those that were said anew after they had been sent back."""
    work = ballots.labels_with(~ballots.purposes.of(Purpose.GOLD, Purpose.SWAPPED))
    holds = {
        Reason.UNSAFE: ballots.labels_with(ballots.prefers_unsafe),
        Reason.CONTRADICTED: np.nan_to_num(doubts.by_models) >= CONFIDENT,
        Reason.ANEW: np.zeros_like(work) if anew is None else anew,
        Reason.DISAGREE: ballots.labels_with(_disputed(ballots)),
        Reason.HASTE: ballots.labels_with(hasty(ballots) == 1),
        Reason.BOTH_BAD: ballots.labels_with(ballots.both_bad),
        Reason.UNREVIEWED: np.zeros_like(work) if unreviewed is None else unreviewed,
    }
    reasons = {reason: one & work for reason, one in holds.items()}
    chance = np.nan_to_num(doubts.wrong)
    for reason, one in reasons.items():
        chance = np.maximum(chance, one * expected(reason, found))
    return Worth(chance=chance, reasons=reasons)


def expected(reason: Reason, found: Mapping[Reason, Found]) -> float:
    """The share of labels with this reason that is wrong, as far as reviewers have told; 0 where each label's
    own doubt tells it."""
    if reason not in EXPECTED:
        return 0.0
    seen = found.get(reason, Found(reviewed=0, wrong=0))
    return (seen.wrong + EXPECTED[reason] * IMAGINED) / (seen.reviewed + IMAGINED)


def _disputed(ballots: Ballots) -> Truths:
    """Whether somebody says the opposite of the same two responses [P]."""
    count = len(ballots.items.names)
    ones, others = (
        np.bincount(ballots.items.codes, ballots.says == side, minlength=count) > 0 for side in (1, -1)
    )
    return np.asarray((ones & others)[ballots.items.codes] & (ballots.says != 0))
