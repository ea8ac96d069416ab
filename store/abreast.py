"""Policies beside each other as rows for charts and tables: what the Policies page and the report share.

Knows the numbers, not how they are drawn, nor in which language judges are named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store.axes import Axis
from store.ratings import Rating
from store.records import Judge
from store.verbs.rating import RatingsSeen

EVEN: Final = {
    f"{axis}{end}": 0.5 for axis in ("helpfulness", "harmlessness") for end in ("", "_low", "_high")
}
"""Where the first policy stands: it wins half of its games against itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """One judge's rating of a policy; `round` is None where no round of this home made the policy."""

    judge: Judge
    round: int | None
    rating: Rating


def axis_rows(seen: RatingsSeen, names: Mapping[Judge, str]) -> list[dict[str, Any]]:
    """A row a judge and round that has both axes, the first policy before them as round 0: line (the judge by
    name), round, helpfulness and harmlessness, each also with `_low` and `_high`."""
    rows: list[dict[str, Any]] = []
    for place in seen.places:
        if place.helpfulness is None or place.harmlessness is None:
            continue
        line = names[place.judge]
        if line not in {row["line"] for row in rows}:
            rows.append({"line": line, "round": 0, **EVEN})
        ends = {**_ends("helpfulness", place.helpfulness), **_ends("harmlessness", place.harmlessness)}
        rows.append({"line": line, "round": place.round, **ends})
    return rows


def span(rows: Sequence[Mapping[Any, Any]]) -> list[float]:
    """From which share to which both axes are drawn: whole tenths that hold all intervals of `axis_rows`, and
    room below the half at which they begin. From 0 to 1, later rounds' policies would lie on each other.
    """
    low, high = (
        [row[f"{axis}_{end}"] for row in rows for axis in ("helpfulness", "harmlessness")]
        for end in ("low", "high")
    )
    return [min(0.4, math.floor(10 * min(low)) / 10), math.ceil(10 * max(high)) / 10]


def ratings(seen: RatingsSeen) -> list[Rated]:
    """Judge by judge, the strongest policy first."""
    return [
        Rated(judge=one.judge, round=seen.rounds.get(rating.policy_id), rating=rating)
        for one in seen.judges
        for rating in one.ratings
    ]


def _ends(name: str, axis: Axis) -> dict[str, float]:
    rate = axis.win_rate
    return {name: rate.value, f"{name}_low": rate.low, f"{name}_high": rate.high}
