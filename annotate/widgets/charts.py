"""Charts in the app's own calm: a table in, an Altair chart out. Colours come from the theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import altair as alt
import pandas as pd

from store.colours import in_palette

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
TICKS = 5
"""Asked of an axis and of its scale alike, so that no point lies beyond the last tick."""
NICE = alt.Scale(zero=False, nice=TICKS)
"""Of numbers that may lie anywhere."""
LEGEND = alt.Legend(orient="top", offset=2, padding=0, symbolOpacity=1)
BESIDE = 8
"""Pixels between the lines of a round."""


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
            y=alt.Y("value:Q", title=unit, scale=NICE, axis=axis(tickCount=TICKS)),
            color=line(table["line"].unique()),
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
    return drawing(even, *_rates(table, "Win rate", alt.Scale(domain=[0, 1], nice=False)))


def fault_rates(table: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """How often a round's policy does wrong, with intervals where they are known."""
    return drawing(*_rates(table, "Share of requests", alt.Scale(domainMin=0, nice=TICKS)))


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


def counts(table: pd.DataFrame, unit: str) -> alt.LayerChart | alt.FacetChart:
    """How many there are of each, a bar a name, the names in their order: columns name, count."""
    both = alt.Chart(table).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=axis(labelLimit=260, ticks=False, domain=False)),
        x=alt.X("count:Q", title=unit, axis=axis(format="d", tickMinStep=1, tickCount=TICKS)),
        tooltip=["name:N", "count:Q"],
    )
    told = both.mark_text(align="left", dx=5, color=NEUTRAL).encode(text="count:Q")
    return drawing(both.mark_bar(size=16), told)


def drawing(*layers: alt.Chart | alt.LayerChart) -> alt.LayerChart | alt.FacetChart:
    """Layers, even of one: Streamlit leaves more room above a chart that is none."""
    return alt.layer(*layers).properties(height=HEIGHT, autosize=FIT, padding=PADDING)


def _rates(table: pd.DataFrame, title: str, scale: alt.Scale) -> Iterator[alt.Chart]:
    """Intervals, lines and points, the lines a little beside each other."""
    x, lines = _round(), list(table["line"].unique())
    y = alt.Y("rate:Q", title=title, scale=scale, axis=axis(format="%", tickCount=TICKS))
    ends = [alt.Tooltip(f"{name}:Q", format=".1%") for name in ("rate", "low", "high")]
    color = line(lines)
    for at, name in enumerate(lines):
        own, aside = alt.Chart(table[table["line"] == name]), beside(at, len(lines))
        bars = own.transform_filter("datum.low !== null").mark_rule(strokeWidth=2, opacity=0.6, xOffset=aside)
        yield bars.encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q", color=color)
        yield own.mark_line(strokeWidth=2.5, xOffset=aside).encode(x=x, y=y, color=color)
        points = own.mark_point(size=SIZE, filled=True, opacity=1, xOffset=aside)
        yield points.encode(x=x, y=y, color=color, tooltip=["line:N", "round:O", *ends])


def _round() -> alt.X:
    return alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))


def line(names: Iterable[str] = (), of: Iterable[str] | None = None) -> alt.Color:
    """A colour for each value of the column line, told above the chart. Lines that are named here have the
    colour that their names have everywhere; `of` are these names in English, where they are not."""
    names = list(names)
    if not names:
        return alt.Color("line:N", title=None, sort=None, legend=LEGEND)
    scale = alt.Scale(domain=in_palette(dict(zip(names, of or names, strict=True))))
    legend = LEGEND.copy()
    legend["values"] = names
    return alt.Color("line:N", title=None, scale=scale, legend=legend)


def beside(at: int, lines: int) -> float:
    """Pixels to the right of a line's place, of so many lines, lest one's intervals hide another's."""
    return BESIDE * (at - (lines - 1) / 2)
