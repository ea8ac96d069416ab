"""The report's section on how the policies of all rounds stand beside each other, judge by judge."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from rlhf import standing_drawings
from store import abreast
from store.abreast import Rated
from store.scoreboard import JUDGES
from store.verbs.rating import RatingsSeen

AXES: Final = (
    "Against the first policy on held-out prompts of either track, ties half, with 95 % intervals; the "
    "number is the round. Up and to the right is better on both."
)
RATINGS: Final = (
    "Bradley-Terry over all games of a judge, the first policy at 1000; 400 points are ten to one. 95 % "
    "intervals by resampled prompts."
)
ENDLESS: Final = " Round {rounds} won or lost every game, so its figure is only a bound."

UNKNOWN: Final = "unknown"
"""Of a policy that no round of this home made."""


def figures(seen: RatingsSeen) -> list[tuple[str, Any, str]]:
    """Title, chart and caption of each figure; nothing where nothing was played."""
    drawn = []
    axes = pd.DataFrame(abreast.axis_rows(seen, JUDGES))
    if not axes.empty:
        drawn.append(("Helpful and harmless", standing_drawings.two_axes(axes), AXES))
    rated = rating_rows(seen)
    if not rated.empty:
        loose = dict.fromkeys(rated.loc[~rated["bounded"], "round"])
        note = ENDLESS.format(rounds=", ".join(loose)) if loose else ""
        drawn.append(("Ratings", standing_drawings.ratings(rated), RATINGS + note))
    return drawn


def rating_rows(seen: RatingsSeen) -> pd.DataFrame:
    """A row a judge and policy, the first round first."""
    return pd.DataFrame(
        [
            {
                "line": JUDGES[one.judge],
                "round": UNKNOWN if one.round is None else str(one.round),
                "elo": one.rating.elo.value,
                "low": one.rating.elo.low,
                "high": one.rating.elo.high,
                "bounded": one.rating.is_bounded,
            }
            for one in sorted(abreast.ratings(seen), key=_by_round)
        ]
    )


def _by_round(one: Rated) -> tuple[bool, int]:
    return one.round is None, one.round or 0
