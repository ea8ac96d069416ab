"""Whether much of what the reward gains is there for no judge but it: a warning before anything falls.

A held-back reward model is of the same kind as those that are trained against, and learned from nearly the
same labels. What both have right, both gain by; what only the reward gains is its own errors, which a policy
finds first where labels are few (Coste et al. 2023, arXiv 2310.02743; Eisenstein et al. 2023, arXiv
2312.09244). So the held-back one lags if, since the first look, its gain in deviations is less than `SHARE`
of the reward's, beyond chance. Pure: scores in, a finding out. Knows nothing of models.

Every look after the first has an equal part of `ERROR`: a run in which no look truly lags is flagged in at
most that share of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import pstdev
from typing import Final

from rlhf.intervals import paired_change
from rlhf.masked import TINY
from rlhf.parting import ERROR, FEWEST, PROXY, Scores
from store.intervals import Interval

KIN: Final = "watcher"
"""The judge whose gain is of the reward's kind."""
SHARE: Final = 2 / 3
"""Of the reward's gain, what the held-back judge is to gain at least. Ours: it shares their blind spots and
sees some of what is error. In the pocket world it saw 0.3 to 0.7 of the gain while 200 labels misled the
policy (seeds 10 and 11), and 0.8 to 1 in healthy runs of 1,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """What both gained since the first look, in deviations of their first scores."""

    proxy: Interval
    kin: Interval


def lag(first: Scores, now: Scores, looks: int) -> Lag | None:
    """How the held-back judge lags at this look of a run of so many, the first one among them; none where
    there is no such judge, or chance may do it."""
    if KIN not in now or len(now[PROXY]) < FEWEST:
        return None
    error = ERROR / max(1, looks - 1)
    units = {judge: pstdev(first[judge]) for judge in (PROXY, KIN)}
    if min(units.values()) ** 2 <= TINY:
        return None
    before, after = (
        {judge: _in_units(said[judge], unit) for judge, unit in units.items()} for said in (first, now)
    )
    proxy = paired_change(before[PROXY], after[PROXY], error)
    short = paired_change(_short(before), _short(after), error)
    if proxy.low <= 0 or short.high >= 0:
        return None
    return Lag(proxy=proxy, kin=paired_change(before[KIN], after[KIN], error))


def _in_units(scores: tuple[float, ...], unit: float) -> tuple[float, ...]:
    return tuple(score / unit for score in scores)


def _short(scores: Scores) -> list[float]:
    """What the held-back judge says beyond its share of what the reward says."""
    return [kin - SHARE * proxy for kin, proxy in zip(scores[KIN], scores[PROXY], strict=True)]
