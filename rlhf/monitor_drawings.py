"""The report's charts of how PPO went."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from rlhf.drawings import NEUTRAL, NICE, TICKS, beside, coloured
from store.monitor import DISTANCE, GAIN, Panel, span


def gains(points: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Each judge's gain over √KL, its looks joined in their order, with intervals, around no gain; the judges
    a little beside each other."""
    told = list(dict.fromkeys(points["line"]))
    legend = alt.Legend(symbolOpacity=1)
    color = alt.Color("line:N", title=None, scale=coloured(told), legend=legend)
    x = alt.X("x:Q", title=DISTANCE, axis=alt.Axis(grid=False, tickCount=8))
    y = alt.Y("value:Q", title=GAIN, scale=NICE, axis=alt.Axis(tickCount=TICKS))
    none = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    layers = [none.encode(y="value:Q")]
    for at, judge in enumerate(told):
        own, aside = alt.Chart(points[points["line"] == judge]), beside(at, len(told)) / 2
        layers += [
            own.mark_rule(strokeWidth=2, opacity=0.5, xOffset=aside).encode(
                x=x, y=alt.Y("low:Q", title=GAIN), y2="high:Q", color=color
            ),
            own.mark_line(strokeWidth=2.5, xOffset=aside).encode(x=x, y=y, color=color, order="step:Q"),
            own.mark_point(size=60, filled=True, opacity=1, xOffset=aside).encode(x=x, y=y, color=color),
        ]
    return alt.layer(*layers).properties(width=420, height=300)


def panel(points: pd.DataFrame, shown: Panel) -> alt.Chart:
    """A small chart by iteration, with a legend only where there are two lines."""
    lines = list(dict.fromkeys(points["line"]))
    legend = alt.Legend(orient="top") if len(lines) > 1 else None
    whole = span(points["value"])
    scale = alt.Scale(domain=list(whole)) if whole else alt.Scale(zero=False)
    return (
        alt.Chart(points)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=20))
        .encode(
            x=alt.X("step:Q", title=None, axis=alt.Axis(format="d", tickCount=5, tickMinStep=1, grid=False)),
            y=alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(tickCount=4, format=shown.form)),
            color=alt.Color("line:N", title=None, scale=coloured(lines), legend=legend),
        )
        .properties(width=230, height=110)
    )
