"""An experiment's findings in words: the heads and cells of its table, and what its differences say.

Pure: findings in, words out; the terminal and the page share them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from rlhf.experiments.design import Design
from rlhf.experiments.findings import Difference, Findings, Need, Row
from store.intervals import Interval

HEADS: Final = (
    "round",
    "labels",
    "wins,\nby the oracle",
    "by the\nmodels",
    "unsafe",
    "false\nrefusals",
    "accu-\nracy",
    "KL,\nnats",
)
"""Accuracy is the reward models' on people's choices."""
NOTE: Final = (
    "Wins against the first policy on held-out prompts, ties half, in % with the 95 % interval over seeds "
    "and prompts; all else is the mean over seeds, rates in %. Accuracy is that of both reward models on "
    "held-out labels of the variant's own. Differences are those of win rates after the last round, on the "
    "same prompts and seeds."
)
SEVERAL: Final = (
    " Each of the {count} differences has a 95 % interval of its own: the more there are, the likelier "
    "chance alone tells one of them apart."
)
RATIOS: Final = (
    " Labels are held against each other with the 95 % interval of seeds and prompts drawn again, which is "
    "too narrow where few seeds differ much."
)
ALONE: Final = " With one seed the intervals are over prompts only: another seed may differ by more."


def note(design: Design) -> str:
    """What to know of the figures."""
    count = len(design.variants) - 1
    several = SEVERAL.format(count=count) if count > 1 else ""
    ratios = RATIOS if design.reach is not None else ""
    alone = ALONE if len(design.seeds) == 1 else ""
    return NOTE + several + ratios + alone


def cells(row: Row) -> tuple[str, ...]:
    """Under `HEADS`."""
    rate = row.win_rate
    ends = "" if rate.low == rate.high else f" ({percent(rate.low)}–{percent(rate.high)})"
    return (
        str(row.round),
        f"{row.labels:,.0f}",
        percent(rate.value) + ends,
        percent(row.reward_model_win_rate),
        percent(row.unsafe_rate),
        percent(row.false_refusal_rate),
        percent(row.reward_accuracy),
        "–" if row.kl is None else f"{row.kl:z.2f}",
    )


def sentences(found: Findings, design: Design) -> Iterator[str]:
    """What each variant's difference says, and how many labels each needs where that is asked."""
    for one in found.differences:
        yield difference(one)
    for need in found.needs:
        yield _need(need, design)


def difference(one: Difference) -> str:
    """Such as `first: worse than fresh by 4.1 points (1.2 to 7.0) after round 3.`"""
    points = one.win_rate
    low, high = points.low, points.high
    after = f"after round {one.round}" + (" in this seed" if one.seeds == 1 else "")
    if one.word == "not told apart":
        told = f"{100 * points.value:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
        return f"{one.variant}: not told apart from {one.against}, {told} {after}."
    if one.word == "worse":
        low, high = -high, -low
    told = f"{100 * abs(points.value):.1f} points ({100 * low:.1f} to {100 * high:.1f})"
    return f"{one.variant}: {one.word} than {one.against} by {told} {after}."


def _need(need: Need, design: Design) -> str:
    wanted = f"a win rate of {100 * (design.reach or 0):g}%"
    if math.isinf(need.labels):
        return f"{need.variant}: does not reach {wanted}."
    told = f"{need.variant}: reaches {wanted} with {need.labels:,.0f} labels"
    if need.variant == design.control or math.isnan(need.ratio.value):
        return f"{told}."
    if need.ratio.value == 0:
        return f"{told}, which {design.control} does not reach."
    return f"{told}, {need.ratio.value:.2f} times those of {design.control} ({_ends(need.ratio)})."


def _ends(ratio: Interval) -> str:
    high = "any number" if math.isinf(ratio.high) else f"{ratio.high:.2f}"
    return f"{ratio.low:.2f} to {high}"


def percent(rate: float | None) -> str:
    """In %, without the sign."""
    return "–" if rate is None else f"{100 * rate:.1f}"
