"""Agreement as it is, chance and all: of all labels, and of every two annotators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.agreement.clusters import share
from store.agreement.counts import Counts
from store.agreement.undefined import Undefined
from store.intervals import Interval, wilson
from store.reliability.votes import Floats, Integers, Votes, sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Couple:
    """Two annotators by their numbers, the items that both labelled, and the share of which they said the
    same, with Wilson's interval."""

    one: int
    other: int
    items: int
    share: Interval


def raw_agreement(counts: Counts) -> Interval | Undefined:
    """The mean over shared items of the share of two labels of it that say the same."""
    shared = counts.shared()
    if not len(shared.clusters):
        return Undefined.NOTHING_TWICE
    labels = shared.labels
    agreed = (shared.said * (shared.said - 1)).sum(axis=1) / (labels * (labels - 1))
    pairs = float((labels * (labels - 1)).sum() / 2)
    return share(float(agreed.mean()), agreed / len(agreed), shared.clusters, most=pairs)


def perfect(counts: Counts, chance: float) -> Interval:
    """Of a chance-corrected coefficient where nobody differs: 1, and as low as chance makes of raw agreement.

    An error that is estimated of no difference at all is 0 however few were asked; what raw agreement may be
    instead, (x - chance) / (1 - chance) carries over.
    """
    raw = raw_agreement(counts)
    low = raw.low if isinstance(raw, Interval) else 0.0
    return Interval(value=1.0, low=max(-1.0, (low - chance) / (1 - chance)), high=1.0)


def couples(votes: Votes) -> tuple[Couple, ...]:
    """Every two annotators who labelled an item in common, those with most such items first."""
    one, other, same = _meetings(votes)
    if not len(one):
        return ()
    names, numbers = np.unique(one * votes.annotator_count + other, return_inverse=True)
    items, agreed = np.bincount(numbers), sums(numbers, same, len(names))
    order = np.argsort(-items, kind="stable")
    return tuple(
        Couple(
            one=int(names[place] // votes.annotator_count),
            other=int(names[place] % votes.annotator_count),
            items=int(items[place]),
            share=wilson(float(agreed[place]), int(items[place])),
        )
        for place in order
    )


def _meetings(votes: Votes) -> tuple[Integers, Integers, Floats]:
    """For every two labels of an item: the annotator of the smaller number, that of the larger one, and
    whether they say the same [M]."""
    order = np.lexsort((votes.annotators, votes.items))
    items, annotators, classes = votes.items[order], votes.annotators[order], votes.classes[order]
    found = []
    for ahead in range(1, len(items)):
        together = np.flatnonzero(items[ahead:] == items[:-ahead])
        if not len(together):
            break
        same = (classes[together] == classes[together + ahead]).astype(float)
        found.append((annotators[together], annotators[together + ahead], same))
    if not found:
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody, np.empty(0)
    one, other, same = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return one, other, same
