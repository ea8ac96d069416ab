"""How sure a share of answers is, where a prompt has several: its answers stand or fall together.

One seed's prompts are in part another's, and some are answered often. Pure: tallies in, intervals out. Knows
prompts alone: that another seed would have learned something else is no part of the intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

from rlhf.intervals import FEWEST
from store.intervals import Z95, Interval, wilson


class Count(NamedTuple):
    """How many of so many answers to a prompt are of the kind that is counted; a tie is half of one."""

    found: float
    answers: int


Tally = Mapping[str, Count]
"""The counts by the name of their prompt."""
NONE: Final = Count(0.0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The share of answers that are of the kind, with its 95 % interval over prompts."""

    interval: Interval
    answers: int
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One share less another's, with its 95 % interval; so many prompts `differ`. Where they are fewer than
    `FEWEST`, the interval is all that can be, and shows nothing."""

    interval: Interval
    differ: int

    @property
    def falls(self) -> bool:
        """Whether it is shown to be below 0."""
        return self.interval.high < 0

    @property
    def rises(self) -> bool:
        """Whether it is shown to be above 0."""
        return self.interval.low > 0


def tally(answers: Iterable[tuple[str, float]]) -> dict[str, Count]:
    """The counts of answers, each by the name of its prompt: 1 where it is of the kind, else 0."""
    found = dict[str, Count]()
    for prompt, one in answers:
        before = found.get(prompt, NONE)
        found[prompt] = Count(before.found + one, before.answers + 1)
    return found


def share(tallies: Iterable[Tally]) -> Share:
    """Of all answers together, with Wilson's interval over as many as they are worth.

    That is p(1-p) / v, where v is the variance of p between prompts, at most the answers' number (Dean &
    Pagano 2015, after Korn & Graubard 1998). Where all agree (all answers are 0, all are 1, or they are one
    prompt's), v says nothing, and a prompt is worth one answer.
    """
    counts = _together(tallies)
    answers = sum(one.answers for one in counts.values())
    mean = sum(one.found for one in counts.values()) / max(1, answers)
    worth = _worth(list(counts.values()), mean, answers)
    return Share(interval=wilson(mean * worth, worth), answers=answers, prompts=len(counts))


def difference(ours: Iterable[Tally], theirs: Iterable[Tally]) -> Difference:
    """One share less the other's, ± 1.96 standard errors over prompts, which both answered alike often: what
    makes a prompt hard for both cancels out. Over few prompts that differ this is too sure, and over none it
    has no width: below `FEWEST` it is -1 to 1.
    """
    one, other = _together(ours), _together(theirs)
    answers = sum(count.answers for count in one.values())
    gaps = {prompt: count.found - other[prompt].found for prompt, count in one.items()}
    mean = sum(gaps.values()) / max(1, answers)
    differ = sum(gap != 0 for gap in gaps.values())
    if differ < FEWEST:
        return Difference(interval=Interval(value=mean, low=-1.0, high=1.0), differ=differ)
    spread = _variance([gap - mean * one[prompt].answers for prompt, gap in gaps.items()], answers)
    half = Z95 * sqrt(spread)
    return Difference(interval=Interval(value=mean, low=mean - half, high=mean + half), differ=differ)


def _together(tallies: Iterable[Tally]) -> dict[str, Count]:
    """A prompt's answers of all tallies in one count."""
    found = dict[str, Count]()
    for one in tallies:
        for prompt, count in one.items():
            before = found.get(prompt, NONE)
            found[prompt] = Count(before.found + count.found, before.answers + count.answers)
    return found


def _worth(counts: list[Count], mean: float, answers: int) -> float:
    """How many answers, each of a prompt of its own, would be as sure."""
    if len(counts) < 2 or mean in {0.0, 1.0}:
        return len(counts)
    spread = _variance([one.found - mean * one.answers for one in counts], answers)
    return min(float(answers), mean * (1 - mean) / spread) if spread else answers


def _variance(gaps: list[float], answers: int) -> float:
    """Of the mean over all answers, from how far each prompt's sum is from what the mean would make of it."""
    return len(gaps) / (len(gaps) - 1) * sum(gap * gap for gap in gaps) / (answers * answers)
