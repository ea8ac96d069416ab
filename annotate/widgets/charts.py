"""Charts in the app's own calm: a table in, an Altair chart out. Colours come from the theme."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

HEIGHT = 200
"""Pixels of the drawing itself; titles and legend come on top."""
FIT = alt.AutoSizeParams(type="fit-x", contains="padding")
PADDING = {"left": 2, "top": 5, "right": 18, "bottom": 5}
"""Pixels around a drawing; half of the last label stands in those on the right."""
FAINT = 0.45
NEUTRAL = "#8a8580"
"""Neither light nor dark: it can be seen on both themes."""
SIZE = 70
"""Square pixels of a point that one looks at."""
POINT = alt.OverlayMarkDef(size=SIZE)


def axis(**more: Any) -> alt.Axis:  # noqa: ANN401  # any of an axis's properties
    """An axis whose labels stand at their ticks: Vega would push the first and the last one inwards."""
    return alt.Axis(**{"labelFlush": False, "labelBound": False, "gridOpacity": FAINT, **more})


def curve(table: pd.DataFrame, steps: str, unit: str) -> alt.LayerChart | alt.FacetChart:
    """Lines over steps: columns step, line, value; `steps` and `unit` name the axes."""
    lines = (
        alt.Chart(table)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=22))
        .encode(
            x=alt.X(
                "step:Q",
                title=steps,
                scale=alt.Scale(zero=False, nice=False),
                axis=axis(tickMinStep=1, format="d", grid=False),
            ),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False), axis=axis()),
            color=line(),
            tooltip=["line:N", "step:Q", alt.Tooltip("value:Q", format=".4f")],
        )
    )
    return drawing(lines)


def win_rates(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Win rates by round with their intervals, around the line at which nobody wins."""
    even = (
        alt.Chart(pd.DataFrame({"even": [0.5]}))
        .mark_rule(strokeDash=[4, 4], color=NEUTRAL)
        .encode(y="even:Q")
    )
    bars = alt.Chart(table).mark_rule(strokeWidth=2, opacity=0.6)
    intervals = bars.encode(x=_round(), y=alt.Y("low:Q"), y2="high:Q", color=line())
    return drawing(even, intervals, _rates(table, "Win rate", alt.Scale(zero=False)))


def fault_rates(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """How often a round's policy does wrong."""
    return drawing(_rates(table, "Share of requests", alt.Scale(domainMin=0, nice=True)))


def by_day(table: pd.DataFrame, unit: str, days: int) -> alt.LayerChart | alt.FacetChart:
    """How much there was each day, one part above the other: columns day, line, value. So many days are
    shown, up to the last one of which there is something."""
    last = table["day"].max()
    shown = [last - pd.Timedelta(days=days - 1, hours=12), last + pd.Timedelta(hours=12)]
    bars = (
        alt.Chart(table)
        .mark_bar(size=9)
        .encode(
            x=alt.X(
                "day:T",
                title=None,
                scale=alt.Scale(domain=shown),
                axis=axis(format="%m-%d", grid=False, tickCount=8),
            ),
            y=alt.Y("value:Q", title=unit, axis=axis(format="d", tickMinStep=1)),
            color=line(),
            tooltip=[alt.Tooltip("day:T", format="%Y-%m-%d"), "line:N", "value:Q"],
        )
    )
    return drawing(bars)


def drawing(*layers: alt.Chart | alt.LayerChart) -> alt.LayerChart | alt.FacetChart:
    """Layers, even of one: Streamlit leaves more room above a chart that is none."""
    return alt.layer(*layers).properties(height=HEIGHT, autosize=FIT, padding=PADDING)


def _rates(table: pd.DataFrame, title: str, scale: alt.Scale) -> alt.Chart:
    return (
        alt.Chart(table)
        .mark_line(strokeWidth=2.5, point=POINT)
        .encode(
            x=_round(),
            y=alt.Y("rate:Q", title=title, scale=scale, axis=axis(format="%")),
            color=line(),
            tooltip=[
                "line:N",
                "round:O",
                *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("rate", "low", "high")),
            ],
        )
    )


def _round() -> alt.X:
    return alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))


def line() -> alt.Color:
    """A colour for each value of the column line, told above the chart."""
    return alt.Color(
        "line:N", title=None, sort=None, legend=alt.Legend(orient="top", offset=2, padding=0, symbolOpacity=1)
    )
