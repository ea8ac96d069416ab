"""The frontier: what each method gains by the oracle for each step away from the first policy, as a figure.

The root of KL, since a reward bought along a straight way rises with it (Gao et al. 2022, arXiv 2210.10760).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import altair as alt
import pandas as pd

from rlhf import drawings
from rlhf.bench.policies_table import Dot

COLOURS: Final = {
    "cooled": drawings.INK,
    "best-of": drawings.NEUTRAL,
    "rs": drawings.REFUSAL,
    "ppo": drawings.ORACLE,
    "rs+ppo": drawings.SAFE,
    "dpo": drawings.REWARD_MODEL,
    "rloo": drawings.HELPFULNESS,
}
"""One colour a method."""


def draw(dots: Sequence[Dot], file: Path) -> Path:
    """Writes the figure as SVG."""
    file.write_text(drawings.as_svg(frontier(dots)), encoding="utf-8")
    return file


def frontier(dots: Sequence[Dot]) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Each method's way from the first policy, on average over seeds, and each seed's end as a small dot.

    A seed is as far on its way as its share of iterations; where one stopped before, no average is drawn.
    """
    known = table(dots)
    ends = known[known["where"] == ""]
    mean = _mean(known)
    started = [method for method in mean["method"].unique() if (mean["method"] == method).sum() > 1]
    begin = pd.DataFrame([{"method": one, "where": "0", "root_kl": 0.0, "win_rate": 0.5} for one in started])
    way = pd.concat([begin, mean]).sort_values("root_kl")
    x = alt.X("root_kl:Q", title="√KL from the first policy, in √nats", scale=alt.Scale(domainMin=0))
    y = alt.Y("win_rate:Q", title="Win rate by the oracle", axis=alt.Axis(format="%"))
    y = y.scale(zero=False)
    methods = [method for method in COLOURS if method in set(known["method"])]
    scale = alt.Scale(domain=methods, range=[COLOURS[method] for method in methods])
    colour = alt.Color("method:N", title=None, scale=scale)
    lines = alt.Chart(way).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=25))
    last = alt.Chart(mean[mean["where"] == ""]).mark_point(size=130, filled=True)
    return alt.layer(
        lines.encode(x=x, y=y, color=colour, order="root_kl:Q"),
        alt.Chart(ends).mark_circle(size=30, opacity=0.5).encode(x=x, y=y, color=colour),
        last.encode(x=x, y=y, color=colour),
    ).properties(width=560, height=360)


def _mean(known: pd.DataFrame) -> pd.DataFrame:
    """Over seeds, of each part of the way that all seeds of the method went."""
    mean = known.groupby(["method", "where"], as_index=False).agg(
        root_kl=("root_kl", "mean"), win_rate=("win_rate", "mean"), seeds=("seed", "nunique")
    )
    every = known.groupby("method")["seed"].nunique()
    return mean[mean["seeds"] == mean["method"].map(every)]


def table(dots: Sequence[Dot]) -> pd.DataFrame:
    """A row a policy: method, seed, where, root_kl, win_rate. Sampling may find a KL a little below 0."""
    return pd.DataFrame(
        [
            {
                "method": dot.part,
                "seed": dot.seed,
                "where": dot.where,
                "root_kl": max(0.0, dot.figures.kl) ** 0.5,
                "win_rate": dot.figures.win_rate.value,
            }
            for dot in dots
        ]
    )
