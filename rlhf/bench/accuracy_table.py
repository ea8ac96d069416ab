"""The table that `hone bench accuracy` prints: a row a reward model, and what was expected of the figures.

Knows figures that were pooled over seeds; neither homes nor models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean
from typing import Final

from rlhf.bench.accuracy_figures import Figures, Unsafe, percent
from rlhf.bench.accuracy_runs import PARTS
from store.bench.machine import Machine
from store.records import Track
from store.reward_results import Part

COST: Final = 0.02
"""The most accuracy that spammers may cost where labels are weighted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One reward model in the table: its figures over all seeds, and what each seed alone gave.

    `pairs` are the pairs that it learned from, the other track's among them, on average.
    """

    part: str
    name: str
    track: str
    labels: int
    pairs: float
    figures: Figures
    unsafe: Unsafe | None
    by_seed: tuple[float, ...]
    seconds: float

    def line(self) -> str:
        """Its figures in words."""
        by_degree = ", ".join(f"{100 * part.accuracy.value:.1f}" for part in self.figures.oracle_by_degree)
        said = (
            f"{self.name} ({self.pairs:.0f} pairs, {self.seconds:.0f} s): oracle "
            f"{percent(self.figures.oracle)}; by degree {by_degree}; labels {percent(self.figures.labels)}; "
            f"calibration off by {self.figures.calibration_error:.1%}"
        )
        if self.figures.by_spread:
            said += "; by spread " + ", ".join(
                f"{part.name} {part.accuracy.value:.1%}" for part in self.figures.by_spread
            )
        return f"{said}; {self.unsafe.words}" if self.unsafe else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One seed's labels from a source: how many, the share of them that is wrong, the spammers' share."""

    seed: int
    source: str
    labels: int
    wrong: float
    spam: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Something expected of the figures, and whether it came out."""

    words: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyBench:
    """The whole table; `world_seconds` is the mean time to make a seed's answers and labels."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    noise: float
    overlap: int
    given: tuple[Given, ...]
    at: tuple[Row, ...]
    claims: tuple[Claim, ...]
    world_seconds: float
    seconds: float
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        said = [
            f"{100 * self.noise:.0f}% of honest choices are turned round; accuracy by degree is against the "
            "oracle: negligibly, slightly, better, significantly"
        ]
        for source in dict.fromkeys(one.source for one in self.given):
            its = [one for one in self.given if one.source == source]
            said.append(
                f"{source}: {fmean(one.labels for one in its):.0f} labels a seed, "
                f"{fmean(one.wrong for one in its):.1%} of them wrong, "
                f"{fmean(one.spam for one in its):.1%} by spammers"
            )
        for part in dict.fromkeys(row.part for row in self.at):
            said += [PARTS[part], *(f"  {row.line()}" for row in self.at if row.part == part)]
        said += [f"{'came out' if claim.met else 'DID NOT COME OUT'}: {claim.words}" for claim in self.claims]
        return [
            *said,
            f"{self.seconds:.0f} s, of them {self.world_seconds:.0f} s a seed for answers and labels",
        ]


def claims(rows: Sequence[Row]) -> tuple[Claim, ...]:
    """What the paper and good sense lead one to expect of the parts that were measured."""
    return (*_rising(rows), *_recall(rows), *_cost(rows))


def most_labels(rows: Sequence[Row]) -> Row:
    """The helpfulness model of the most labels in the first part that has one."""
    return max(rows, key=lambda row: (row.track == Track.HELPFULNESS, row.labels))


def _rising(rows: Sequence[Row]) -> Iterator[Claim]:
    for track in Track:
        sizes = [row for row in rows if row.part == "labels" and row.track == track]
        if sizes:
            found = [row.figures.oracle for row in sizes]
            yield Claim(words=f"{track}: accuracy rises with labels: {_words(found)}", met=_rises(found))
            degrees = sizes[-1].figures.oracle_by_degree
            yield Claim(words=f"{track}: accuracy rises with degree: {_words(degrees)}", met=_rises(degrees))


def _recall(rows: Sequence[Row]) -> Iterator[Claim]:
    found = [row.unsafe for row in rows if row.part == "safety" and row.unsafe]
    if len(found) == 2:  # with and without
        recalls = [one.found / max(1, one.unsafe) for one in found]
        words = (
            f"the auxiliary loss finds more unsafe responses: {recalls[0]:.1%}, without it {recalls[1]:.1%}"
        )
        yield Claim(words=words, met=recalls[0] > recalls[1])


def _cost(rows: Sequence[Row]) -> Iterator[Claim]:
    weighted = [row for row in rows if row.part == "weighting"]
    for row in weighted[1:]:
        lost = weighted[0].figures.oracle.accuracy.value - row.figures.oracle.accuracy.value
        words = f"{row.name}: {100 * lost:.1f} points below no spammers, at most {100 * COST:.0f}"
        yield Claim(words=words, met=lost <= COST)


def _rises(parts: Sequence[Part]) -> bool:
    return all(one.accuracy.value < other.accuracy.value for one, other in pairwise(parts))


def _words(parts: Sequence[Part]) -> str:
    return ", ".join(f"{part.accuracy.value:.1%}" for part in parts)
