"""The report's charts of how PPO went."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from rlhf.drawings import HELPFULNESS, NEUTRAL, ORACLE, REWARD_MODEL
from store.monitor import DISTANCE, GAIN, JUDGES, Panel

COLOURS = dict(zip(JUDGES.values(), (REWARD_MODEL, HELPFULNESS, ORACLE), strict=True))


def gains(points: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Each judge's gain over √KL, its looks joined in their order, with intervals, around no gain."""
    told = [judge for judge in COLOURS if judge in set(points["line"])]
    scale = alt.Scale(domain=told, range=[COLOURS[judge] for judge in told])
    legend = alt.Legend(columnPadding=26, symbolOpacity=1)
    color = alt.Color("line:N", title=None, scale=scale, legend=legend)
    x = alt.X("x:Q", title=DISTANCE, axis=alt.Axis(grid=False, tickCount=8))
    none = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    bars, lines = alt.Chart(points).mark_rule(strokeWidth=2, opacity=0.5), alt.Chart(points)
    layers = (
        none.encode(y="value:Q"),
        bars.encode(x=x, y=alt.Y("low:Q", title=GAIN), y2="high:Q", color=color),
        lines.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=60)).encode(
            x=x, y=alt.Y("value:Q", title=GAIN), color=color, order="step:Q"
        ),
    )
    return alt.layer(*layers).properties(width=420, height=300)


def panel(points: pd.DataFrame, shown: Panel) -> alt.Chart:
    """A small chart by iteration, with a legend only where there are two lines."""
    lines = list(dict.fromkeys(points["line"]))
    legend = alt.Legend(orient="top") if len(lines) > 1 else None
    scale = alt.Scale(domain=lines, range=[ORACLE, REWARD_MODEL][: len(lines)])
    return (
        alt.Chart(points)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=20))
        .encode(
            x=alt.X("step:Q", title=None, axis=alt.Axis(format="d", tickCount=5, tickMinStep=1, grid=False)),
            y=alt.Y(
                "value:Q",
                title=None,
                scale=alt.Scale(zero=False),
                axis=alt.Axis(tickCount=4, format=shown.form),
            ),
            color=alt.Color("line:N", title=None, scale=scale, legend=legend),
        )
        .properties(width=230, height=110)
    )
