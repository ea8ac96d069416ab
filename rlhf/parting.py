"""Whether the policy gets better only for the judge that it is trained against (Gao et al. 2022).

Every look asks the same prompts with the same random numbers, so two looks differ prompt by prompt. They
part if, from the look that an untrained-against judge liked best, the reward has risen and that judge's score
has fallen, both beyond chance. Pure: scores in, a finding out. Knows nothing of models.

Chance is reckoned over all pairs of looks of a run, for the best look is found by looking: each pair has an
equal part of `ERROR` (Bonferroni). So whatever the looks have in common, a run in which no later look is both
truly better by the reward and truly worse by the other judge is flagged in at most that share of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rlhf.intervals import paired_change
from store.intervals import Interval

PROXY: Final = "reward"
"""The judge that the policy is trained against."""
ERROR: Final = 0.05
"""Share of healthy runs that may be flagged."""
FEWEST: Final = 20
"""Prompts below which nothing is claimed: the interval takes means for nearly normal."""

Scores = Mapping[str, tuple[float, ...]]
"""By judge, a raw score for each prompt, in the looks' order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the judges said at one look, after so many iterations."""

    iteration: int
    scores: Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """By how much the reward rose and the judge's score fell between two looks, in raw units; the intervals
    hold for all pairs of looks at once."""

    judge: str
    since: int
    iteration: int
    proxy: Interval
    untrained: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is kept of the looks so far: the first one, for each untrained-against judge the one that it liked
    best, and how the newest one parts from it, if it does."""

    first: Seen
    best: Mapping[str, Seen]
    parted: tuple[Parting, ...] = field(default=())


def began(first: Seen) -> Watch:
    """The watch after the first look, which nothing can part from."""
    return Watch(first=first, best=dict.fromkeys(_untrained(first), first))


def watched(watch: Watch, now: Seen, looks: int) -> Watch:
    """The watch after one more look of a run that has so many, at most, with the first one."""
    error = ERROR / comparisons(looks, len(watch.best))
    found = [parting(seen, now, judge, error) for judge, seen in watch.best.items()]
    best = {judge: _better(seen, now, judge) for judge, seen in watch.best.items()}
    return Watch(first=watch.first, best=best, parted=tuple(one for one in found if one))


def comparisons(looks: int, judges: int) -> int:
    """Pairs of looks, for each of the judges; at least one."""
    return max(1, judges * looks * (looks - 1) // 2)


def parting(before: Seen, now: Seen, judge: str, error: float) -> Parting | None:
    """How the reward and the judge part between two looks; none if chance, in `error` of cases, may do it."""
    if len(now.scores[PROXY]) < FEWEST:
        return None
    proxy = paired_change(before.scores[PROXY], now.scores[PROXY], error)
    untrained = paired_change(before.scores[judge], now.scores[judge], error)
    if proxy.low <= 0 or untrained.high >= 0:
        return None
    return Parting(
        judge=judge, since=before.iteration, iteration=now.iteration, proxy=proxy, untrained=untrained
    )


def _untrained(seen: Seen) -> list[str]:
    return [judge for judge in seen.scores if judge != PROXY]


def _better(seen: Seen, now: Seen, judge: str) -> Seen:
    """Whichever the judge likes better; the earlier one if it likes both as well."""
    return now if sum(now.scores[judge]) > sum(seen.scores[judge]) else seen
