"""Which annotators do not judge, by what is so of everybody who does, and the evidence in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from store.errors import HoneError
from store.intervals import Interval, wilson
from store.reliability.votes import Floats, Integers
from store.suspicion.evidence import Truths, against_at_most, against_no_change, first_reached

LEVEL: Final = 0.001
"""How likely somebody who judges is ever named, at most, by whichever claim and however often one looks."""


class Fault(StrEnum):
    """What is not so of somebody's labels, in the words of a page."""

    FIRST = "chooses what is shown first"
    SECOND = "chooses what is shown second"
    DIFFERS = "differs from others as if by chance"
    HASTE = "answers faster than one can read"
    HURRY = "takes a fraction of the time of others"
    DRIFT = "differs from others more than before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What is so of everybody who judges: shares of labels, at most."""

    side: float = 0.7
    """That choose the one side, which is drawn anew for each. Ours: well beyond any habit of the eye."""
    differing: float = 1 / 3
    """That say another thing than a known answer or than everybody else makes likely. Ours: where others are
    wrong in a fifth of such, it is the one's own error in not quite a quarter; by chance it is a half."""
    hasty: float = 0.25
    """That took less time than reading does."""
    hurried: float = 0.25
    """That took a fraction of the time of everybody else who judged the same."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Given:
    """T labels of one annotator in the order in which they were given; NaN where a thing is not known of one.

    `first`: 1 where what was shown first was chosen, 0 where second [T]. `differs`: 1 where the choice is
    another than a known answer or than others make likely [T]. `hasty`: 1 where it took less time than
    reading does [T]. `hurried`: 1 where it took a fraction of the time of others [T]. `batches` numbers the
    collection period of each, within which what is judged is alike [T].
    """

    first: Floats
    differs: Floats
    hasty: Floats
    hurried: Floats
    batches: Integers

    def __post_init__(self) -> None:
        """Refuses labels of which not everything is told."""
        told = (self.first, self.differs, self.hasty, self.hurried, self.batches)
        counts = {len(one) for one in told}
        if len(counts) != 1:
            raise HoneError(f"Expected five things of each label; there are {sorted(counts)} of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An annotator by their place and a fault that shows.

    It showed `after` so many of their labels. Of `labels` that tell of it, `share` is so, with Wilson's
    interval; where the claim is so, `chance` bounds how likely evidence as high as the highest ever is.
    """

    annotator: int
    fault: Fault
    after: int
    labels: int
    share: Interval
    chance: float


def suspects(given: Sequence[Given], bounds: Bounds = Bounds(), level: float = LEVEL) -> tuple[Suspect, ...]:
    """All annotators of whom a claim is not so, those first of whom it showed first.

    Each claim has an equal part of the level.
    """
    found = [one for annotator, labels in enumerate(given) for one in _of(annotator, labels, bounds, level)]
    return tuple(sorted(found, key=lambda one: (one.after, one.annotator, one.fault)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """The labels that tell of a claim, by place, whether each is as the claim forbids, and the evidence."""

    places: Integers
    so: Truths
    evidence: Floats


def _of(annotator: int, labels: Given, bounds: Bounds, level: float) -> Iterator[Suspect]:
    for fault, seen, most in (
        (Fault.FIRST, labels.first, bounds.side),
        (Fault.SECOND, 1 - labels.first, bounds.side),
        (Fault.DIFFERS, labels.differs, bounds.differing),
        (Fault.HASTE, labels.hasty, bounds.hasty),
        (Fault.HURRY, labels.hurried, bounds.hurried),
    ):
        places = np.flatnonzero(~np.isnan(seen))
        so = seen[places] > 0
        told = _Told(places=places, so=so, evidence=against_at_most(so, most))
        yield from _named(annotator, fault, told, level / len(Fault))
    yield from _drifted(annotator, labels, level / len(Fault))


def _drifted(annotator: int, labels: Given, level: float) -> Iterator[Suspect]:
    """Who differs more than before within a collection period, the j-th of which has a part of the level."""
    for number, batch in enumerate(np.unique(labels.batches)):
        places = np.flatnonzero(~np.isnan(labels.differs) & (labels.batches == batch))
        so = labels.differs[places] > 0
        told = _Told(places=places, so=so, evidence=_for_more(so, against_no_change(so)))
        yield from _named(annotator, Fault.DRIFT, told, level / ((number + 1) * (number + 2)))


def _for_more(so: Truths, evidence: Floats) -> Floats:
    """The evidence where the later half is so more often than the earlier one, none elsewhere."""
    count = np.arange(1, len(so) + 1)
    total = np.cumsum(so)
    half = count // 2
    earlier = np.concatenate([[0], total])[half]
    rises = (total - earlier) / (count - half) > earlier / np.maximum(1, half)
    return np.where(rises, evidence, 0.0)


def _named(annotator: int, fault: Fault, told: _Told, level: float) -> Iterator[Suspect]:
    reached = first_reached(told.evidence, level)
    if reached is not None:
        yield Suspect(
            annotator=annotator,
            fault=fault,
            after=int(told.places[reached - 1]) + 1,
            labels=len(told.so),
            share=wilson(float(told.so.sum()), len(told.so)),
            chance=float(np.exp(-told.evidence.max())),
        )
