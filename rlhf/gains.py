"""Looks beside the first one, as numbers to log: each judge's gain in deviations, and where judges part.

A judge's gain is divided by the deviation of its scores over the first look's prompts, so that judges with
scales of their own stand beside each other. Pure.
"""

from __future__ import annotations

from statistics import pstdev
from typing import Final

from rlhf.intervals import paired_change
from rlhf.masked import TINY
from rlhf.parting import FEWEST, PROXY, Parting, Seen, Watch

TAIL: Final = 0.025
"""Beyond each end of an interval, of one look and one judge by itself."""


def gains(watch: Watch, now: Seen) -> dict[str, float]:
    """`<judge>_gain` since the first look, from `FEWEST` prompts on with `_gain_low` and `_gain_high`, a 95 %
    interval over prompts; a judge that gave every answer of the first look the same score has none."""
    found: dict[str, float] = {}
    for judge, deviation in _deviations(watch.first).items():
        change = paired_change(watch.first.scores[judge], now.scores[judge], TAIL)
        ends = {"gain": change.value}
        if len(now.scores[judge]) >= FEWEST:
            ends |= {"gain_low": change.low, "gain_high": change.high}
        found |= {f"{judge}_{name}": value / deviation for name, value in ends.items()}
    return found


def partings(watch: Watch) -> dict[str, float]:
    """For each untrained-against judge whether it parts (`<judge>_parts`); if so, since which iteration, and,
    where they have gains, in deviations of the first look by how much the reward rose and the judge fell."""
    found: dict[str, float] = {f"{judge}_parts": 0.0 for judge in watch.best}
    deviations = _deviations(watch.first)
    for one in watch.parted:
        found |= _numbers(one, deviations)
    return found


def _numbers(one: Parting, deviations: dict[str, float]) -> dict[str, float]:
    found = {f"{one.judge}_parts": 1.0, f"{one.judge}_since": float(one.since)}
    if {PROXY, one.judge} <= deviations.keys():
        found[f"{one.judge}_rise"] = one.proxy.value / deviations[PROXY]
        found[f"{one.judge}_fall"] = -one.untrained.value / deviations[one.judge]
    return found


def _deviations(first: Seen) -> dict[str, float]:
    spread = {judge: pstdev(values) for judge, values in first.scores.items() if len(values) > 1}
    return {judge: deviation for judge, deviation in spread.items() if deviation**2 > TINY}
