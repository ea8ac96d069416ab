"""Charts of how PPO goes, for tables of `annotate.figures.point_table`."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from annotate.widgets.charts import NEUTRAL, NICE, TICKS, axis, beside, drawing, line
from store.monitor import DISTANCE, GAIN, Panel, span

Drawn = alt.LayerChart | alt.FacetChart
SMALL = 105
"""Pixels of a small drawing, of which several stand side by side."""


def gains(table: pd.DataFrame) -> Drawn:
    """Each judge's gain over √KL, its looks joined in their order, with intervals, around no gain; the judges
    a little beside each other."""
    x = alt.X("x:Q", title=DISTANCE, scale=alt.Scale(zero=True), axis=axis(grid=False, tickCount=6))
    y = alt.Y("value:Q", title=GAIN, scale=NICE, axis=axis(tickCount=TICKS))
    tooltip = [
        alt.Tooltip("line:N", title=" "),
        alt.Tooltip("step:Q", title="Iteration"),
        alt.Tooltip("x:Q", title="√KL", format=".2f"),
        alt.Tooltip("told:N", title="Gain"),
    ]
    none = alt.Chart(pd.DataFrame({"value": [0.0]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    layers = [none.encode(y="value:Q")]
    judges = list(table["line"].unique())
    color = line(judges)
    for at, judge in enumerate(judges):
        own, aside = alt.Chart(table[table["line"] == judge]), beside(at, len(judges)) / 2
        bars = own.mark_rule(strokeWidth=2, opacity=0.45, xOffset=aside)
        points = own.mark_point(size=55, filled=True, opacity=1, xOffset=aside)
        layers += [
            bars.encode(x=x, y=alt.Y("low:Q", title=GAIN), y2="high:Q", color=color),
            own.mark_line(strokeWidth=2.5, xOffset=aside).encode(x=x, y=y, color=color, order="step:Q"),
            points.encode(x=x, y=y, color=color, tooltip=tooltip),
        ]
    return drawing(*layers).properties(height=260)


def panel(shown: Panel, table: pd.DataFrame) -> dict[str, Any]:
    """A small chart by iteration without its table, as Vega-Lite's JSON, with a legend where there are
    several lines. Made once, for to make it takes far longer than to send it.
    """
    lines = tuple(table["line"].unique())
    return deepcopy(_panel(shown.title, shown.form, lines, span(table["value"])))


@cache
def _panel(
    title: str, form: str, lines: tuple[str, ...], whole: tuple[float, float] | None
) -> dict[str, Any]:
    color = line(lines)
    if len(lines) == 1:
        color = color.legend(None)
    scale = alt.Scale(domain=list(whole)) if whole else alt.Scale(zero=False)
    x = alt.X("step:Q", title=None, axis=axis(tickMinStep=1, format="d", grid=False, tickCount=4))
    y = alt.Y("value:Q", title=None, scale=scale, axis=axis(tickCount=4, format=form))
    tooltip = [
        alt.Tooltip("line:N", title=" "),
        alt.Tooltip("step:Q", title="Iteration"),
        alt.Tooltip("value:Q", title=title, format=".4f"),
    ]
    marks = alt.Chart(alt.NamedData(name="table")).mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14))
    drawn = drawing(marks.encode(x=x, y=y, color=color, tooltip=tooltip)).properties(height=SMALL)
    # The table is sent beside it, and the looks are the page's.
    return {name: value for name, value in drawn.to_dict().items() if name not in {"data", "config"}}
