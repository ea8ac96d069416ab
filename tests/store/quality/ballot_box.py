"""Labels made up as arrays: annotators with known faults judge items whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from store.quality.ballots import Ballots, Coded
from store.reliability.votes import Integers

TRAIN, GOLD, SWAPPED = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """Ballots, and the truth of each row: 1 where the one is better, -1 where the other is."""

    ballots: Ballots
    truth: Integers


def ballots(items: Any, annotators: Any, says: Any, **parts: Any) -> Ballots:
    """One row a label of two responses, in this order; what is not said of them is the same of all."""
    items, annotators, says = (np.asarray(part, dtype=np.int64) for part in (items, annotators, says))
    count = len(items)
    codes = {
        "labels": (np.arange(count), [f"l{number}" for number in range(count)]),
        "annotators": (annotators, [f"a{number}" for number in range(annotators.max() + 1)]),
        "items": (items, [f"i{number}" for number in range(items.max() + 1)]),
        "comparisons": (items, [f"c{number}" for number in range(items.max() + 1)]),
        "prompts": (items, [f"q{number}" for number in range(items.max() + 1)]),
        "batches": (np.zeros(count), ["b0"]),
        "tracks": (np.zeros(count), ["helpfulness"]),
        "categories": (np.zeros(count), [""]),
        "guidelines": (np.zeros(count), ["1"]),
        "purposes": (np.zeros(count), ["train", "gold", "swapped"]),
    }
    codes |= {name: (parts.pop(name), names) for name, (_, names) in codes.items() if name in parts}
    numbers = {
        "shown": np.ones(count, dtype=np.int64),
        "longer": np.zeros(count, dtype=np.int64),
        "degree": np.full(count, 2.0),
        "seconds": np.full(count, 20.0),
        "characters": np.full(count, 200.0),
        "known": np.full(count, np.nan),
        "gap": np.full(count, np.nan),
        "prefers_unsafe": np.zeros(count, dtype=bool),
        "both_bad": np.zeros(count, dtype=bool),
        "surplus": np.zeros(count, dtype=bool),
        "ruled": np.zeros(count, dtype=bool),
    }
    named = {
        name: Coded(codes=np.asarray(numbered, dtype=np.int64), names=tuple(names))
        for name, (numbered, names) in codes.items()
    }
    given = {name: np.asarray(part) for name, part in parts.items()}
    return Ballots(says=says, **named, **(numbers | given))


def crowd(seed: int, right: list[float], items: int, each: int = 2, gaps: float = 0.0) -> Box:
    """Each item is judged by so many annotators of these chances to be right; a model's gap has the truth's
    sign times `gaps`, in deviations of its noise."""
    made = np.random.default_rng(seed)
    truth = made.choice([-1, 1], items)
    who = np.stack([made.permutation(len(right))[:each] for _ in range(items)]).ravel()
    what = np.repeat(np.arange(items), each)
    correct = made.random(len(what)) < np.asarray(right)[who]
    gap = (truth * gaps + made.normal(size=items))[what] if gaps else np.full(len(what), np.nan)
    box = ballots(
        what,
        who,
        np.where(correct, truth[what], -truth[what]),
        gap=gap,
        shown=made.choice([-1, 1], len(what)),
    )
    return Box(ballots=box, truth=truth[what])
