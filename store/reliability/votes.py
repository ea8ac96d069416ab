"""Labels as arrays: who said what of which. Knows no names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.errors import HoneError
from store.intervals import Interval

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Votes:
    """Of L labels: `items`, `annotators` and `classes` number what each is of, by whom and what it says [L].

    All three count from 0; an item, an annotator or a class without labels may have a number too.
    """

    items: Integers
    annotators: Integers
    classes: Integers
    item_count: int
    annotator_count: int
    class_count: int

    def __post_init__(self) -> None:
        """Refuses labels that are not all complete or whose numbers are out of bounds."""
        for name, numbers, count in (
            ("items", self.items, self.item_count),
            ("annotators", self.annotators, self.annotator_count),
            ("classes", self.classes, self.class_count),
        ):
            if len(numbers) != len(self.items):
                raise HoneError(
                    f"Expected an item, an annotator and a class of each label; there are {len(self.items)} "
                    f"items and {len(numbers)} {name}."
                )
            if len(numbers) and not 0 <= numbers.min() <= numbers.max() < count:
                raise HoneError(
                    f"Expected the numbers of {name} from 0 to {count - 1}; they go from {numbers.min()} to "
                    f"{numbers.max()}."
                )


def shares(votes: Votes) -> Floats:
    """The share of each item's labels that say each class [I, C]; equal shares where an item has none."""
    size = votes.item_count * votes.class_count
    counts = np.bincount(votes.items * votes.class_count + votes.classes, minlength=size)
    counts = counts.reshape(votes.item_count, votes.class_count).astype(float)
    counts[counts.sum(axis=1) == 0] = 1.0
    return counts / counts.sum(axis=1, keepdims=True)


def sums(numbers: Integers, values: Floats, count: int) -> Floats:
    """The sum of the values [L] of each number from 0 [count]; 0 where there are none."""
    return np.bincount(numbers, values, minlength=count).astype(float)


def intervals(values: Floats, halves: Floats) -> tuple[Interval, ...]:
    """Shares with their intervals of these half-widths, within 0 and 1."""
    return tuple(
        Interval(value=float(value), low=max(0.0, float(value - half)), high=min(1.0, float(value + half)))
        for value, half in zip(values, halves, strict=True)
    )
