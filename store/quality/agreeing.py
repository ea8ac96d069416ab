"""How far people agree: in which of two responses is better, and in by how much, of all labels or by slice.

Labels that only measure somebody are left out, and so is all that a reviewer ruled on: an adjudicated label
says no more how people agree. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from store.agreement.closeness import identity, ordinal
from store.agreement.counts import Counts, counted
from store.agreement.gwet import agreement_beyond_chance
from store.agreement.krippendorff import alpha, nominal
from store.agreement.krippendorff import ordinal as between
from store.agreement.raw import Couple, couples, raw_agreement
from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.quality.ballots import Ballots, Coded
from store.records import Purpose
from store.reliability.votes import Integers, Votes

SIGNIFICANTLY: Final = 3
"""The highest degree."""
CHOICES: Final = 3
DEGREES: Final = 2 * SIGNIFICANTLY + 1


class Slice(StrEnum):
    """By what labels are told apart."""

    TRACK = "track"
    CATEGORY = "category"
    BATCH = "batch"
    GUIDELINE = "guideline version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of `labels` on `items` that two people at least judged.

    `raw`, `ac1` and `alpha` are of the choice (one better, other better, equally good), `ac2` and
    `alpha_ordinal` of the choice with its degree, from -3 to 3, which rankings do not have.
    """

    labels: int
    items: int
    raw: Interval | Undefined
    ac1: Interval | Undefined
    alpha: Interval | Undefined
    ac2: Interval | Undefined
    alpha_ordinal: Interval | Undefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Sliced:
    """The agreement within a slice; `name` is that of its track, category, batch or guideline version."""

    slice: Slice
    name: str
    agreement: Agreement


def telling(ballots: Ballots) -> Ballots:
    """The rows that tell how people agree: one label of an item by each annotator, the newest."""
    work = ballots.purposes.of(Purpose.TRAIN, Purpose.OVERLAP, Purpose.EVALUATION)
    kept = np.flatnonzero(work & ~ballots.ruled)
    by_whom = ballots.items.codes[kept] * len(ballots.annotators.names) + ballots.annotators.codes[kept]
    _who, newest = np.unique(by_whom[::-1], return_index=True)
    chosen = np.zeros(len(ballots), dtype=bool)
    chosen[kept[::-1][newest]] = True
    return ballots.where(chosen)


def agreement(ballots: Ballots) -> Agreement:
    """Of rows that tell."""
    choices = _counts(ballots, ballots.says + 1, CHOICES)
    shared = choices.shared()
    degrees = _degrees(ballots.where(ballots.is_pair))
    return Agreement(
        labels=int(shared.labels.sum()),
        items=len(shared.clusters),
        raw=raw_agreement(choices),
        ac1=agreement_beyond_chance(choices, identity),
        alpha=alpha(choices, nominal),
        ac2=agreement_beyond_chance(degrees, ordinal),
        alpha_ordinal=alpha(degrees, between),
    )


def by_slice(ballots: Ballots) -> Iterator[Sliced]:
    """Of rows that tell, within each slice that has any."""
    for which, coded in _slices(ballots):
        for code, name in enumerate(coded.names):
            within = coded.codes == code
            if within.any():
                yield Sliced(slice=which, name=name, agreement=agreement(ballots.where(within)))


def by_couple(ballots: Ballots) -> tuple[Couple, ...]:
    """Of rows that tell, every two annotators by their numbers, those with most items in common first."""
    return couples(_votes(ballots, ballots.says + 1, CHOICES))


def _slices(ballots: Ballots) -> tuple[tuple[Slice, Coded], ...]:
    return (
        (Slice.TRACK, ballots.tracks),
        (Slice.CATEGORY, ballots.categories),
        (Slice.BATCH, ballots.batches),
        (Slice.GUIDELINE, ballots.guidelines),
    )


def _degrees(ballots: Ballots) -> Counts:
    strength = ballots.says * ballots.degree.astype(np.int64)
    return _counts(ballots, strength + SIGNIFICANTLY, DEGREES)


def _counts(ballots: Ballots, classes: Integers, class_count: int) -> Counts:
    """Items of one prompt are one cluster."""
    clusters = np.zeros(len(ballots.items.names), dtype=np.int64)
    clusters[ballots.items.codes] = ballots.prompts.codes
    return counted(_votes(ballots, classes, class_count), clusters)


def _votes(ballots: Ballots, classes: Integers, class_count: int) -> Votes:
    return Votes(
        items=ballots.items.codes,
        annotators=ballots.annotators.codes,
        classes=classes,
        item_count=len(ballots.items.names),
        annotator_count=len(ballots.annotators.names),
        class_count=class_count,
    )
