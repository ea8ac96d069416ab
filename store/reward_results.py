"""How good a reward model is on held-out pairs: the figures that a round writes and pages show.

A share is how often the model's choice is the label's, an equal score half right. Pairs of a ranking share
the one voice of their label, and Wilson's interval reckons with as many trials as the dialogues are
worth, since what is said on one goes together. Knows the figures and their JSON, not how they were measured.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from store.intervals import Interval

FEW_PAIRS: Final = 10
"""Of fewer pairs a share says next to nothing."""
ALWAYS: Final = 0.9995
"""A share that is written as 100.0 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A model's accuracy on some of the pairs; `name` tells which, in the words of its list."""

    name: str
    pairs: int
    accuracy: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pairs for which a model states about the same probability of being right: its mean, how often it is."""

    pairs: int
    stated: float
    right: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsafeFound:
    """Of `unsafe` and `safe` responses: recall and precision of "P(safe) is below `probability`".

    None is the precision where no response is below it.
    """

    probability: float
    unsafe: int
    safe: int
    recall: float
    precision: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often two people agree on the better of two responses, over `pairs` of their judgements.

    `ceiling` is the best accuracy that any model can have against one person's labels: a, where people agree
    in a² + (1 - a)² of cases; none where they agree in less than half.
    """

    pairs: int
    agree: Interval
    ceiling: float | None

    @property
    def is_bound(self) -> bool:
        """Whether it tells how right a model can be: people agree by more than chance, and not always."""
        return self.ceiling is not None and self.agree.high < ALWAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardResults:
    """Everything that held-out pairs say of a reward model.

    `by_degree` (names "0" to "3", Llama 2, Table 8), `by_annotator` (ids), `by_age` (rounds between that
    whose policies wrote the responses and the newest, "0" first, "imported" last), `by_length` (by how many
    tokens the chosen response is longer) and `by_spread` (by how far the ensemble's members differ; none of
    one member) part the same pairs. `baselines` are "longer" and "first". Calibration is of σ(|gap|), the
    probability that the model states for the response that it prefers. `truncated` counts pairs.
    `over_longer` is how much more often the model is right than "longer" on the same pairs, -1 to 1; none
    where nothing was held out, or where an older version measured.
    """

    pairs: int
    accuracy: Interval
    by_degree: tuple[Part, ...]
    by_annotator: tuple[Part, ...]
    by_age: tuple[Part, ...]
    by_length: tuple[Part, ...]
    by_spread: tuple[Part, ...]
    baselines: tuple[Part, ...]
    reliability: tuple[Bin, ...]
    calibration_error: float
    unsafe_found: tuple[UnsafeFound, ...]
    agreement: Agreement | None
    members: int
    training_pairs: int
    truncated: int
    over_longer: Interval | None = None

    def baseline(self, name: str) -> Part | None:
        """The baseline of this name, if anything could be said of it."""
        return next((one for one in self.baselines if one.name == name), None)


RESULTS: TypeAdapter[RewardResults] = TypeAdapter(RewardResults)


def as_text(results: RewardResults) -> str:
    """As JSON text; a ValueError where a figure is no number."""
    return json.dumps(dataclasses.asdict(results), allow_nan=False)


def from_text(text: str) -> RewardResults:
    """From that text; a ValueError where it is something else."""
    found = RESULTS.validate_json(text)
    as_text(found)  # JSON as pydantic reads it has NaN and infinity too, of which no chart can be drawn
    return found
