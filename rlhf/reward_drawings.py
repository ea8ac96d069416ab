"""The report's charts of how good reward models are: tables of figures in, Altair charts out."""

from __future__ import annotations

import math
from typing import Any, Final

import altair as alt
import pandas as pd

from rlhf.drawings import HELPFULNESS, INK, NEUTRAL, SAFE

TRACKS: Final = {"Helpfulness": HELPFULNESS, "Safety": SAFE}
"""One colour a track, in every chart; safety has the one of unsafe answers."""
SIZE: Final = {"width": 380, "height": 240}
RIGHT: Final = alt.Axis(format="%", tickCount=5)
BROKEN: Final = alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", ticks=False, grid=False)
"""Labels are broken at a bar."""


def by_degree(table: pd.DataFrame, track: str) -> Any:  # noqa: ANN401  # a layer
    """A row a degree in the track's colour, and in grey what it is measured against.

    Columns name, kind ("model" or "beside"), value, low, high.
    """
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=0, ticks=False))
    scale = _scale(table)
    kinds = alt.Scale(domain=["model", "beside"], range=[TRACKS[track], INK])
    colour = alt.Color("kind:N", scale=kinds, legend=None)
    bars = alt.Chart(table).mark_rule(strokeWidth=2.5)
    points = alt.Chart(table).mark_point(filled=True, size=90, opacity=1)
    return alt.layer(
        bars.encode(y=y, x=alt.X("low:Q", scale=scale), x2="high:Q", color=colour),
        points.encode(y=y, x=alt.X("value:Q", title="Right", scale=scale, axis=RIGHT), color=colour),
    ).properties(width=300, height=240, padding={"left": 25, "top": 5, "right": 10, "bottom": 8})


def by_part(table: pd.DataFrame, title: str) -> Any:  # noqa: ANN401  # a layer
    """Both tracks' accuracy by part, beside each other; columns track, name, value, low, high."""
    x = alt.X("name:N", title=title, sort=None, axis=BROKEN)
    bars, points = _shares(table, size=80)
    beside = alt.XOffset("track:N")
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    return alt.layer(
        half.encode(y=alt.Y("even:Q", scale=_scale(table))),
        bars.encode(x=x, xOffset=beside),
        points.encode(x=x, xOffset=beside),
    ).properties(**SIZE)


def reliability(table: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """How often each stated probability came true; columns track, stated, value, low, high."""
    x = alt.X(
        "stated:Q",
        title="Stated probability of being right",
        scale=alt.Scale(domain=[0.5, 1]),
        axis=alt.Axis(format="%", values=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0], grid=False),
    )
    ends = pd.DataFrame({"stated": [0.5, 1.0], "value": [0.5, 1.0]})
    true = alt.Chart(ends).mark_line(strokeDash=[4, 4], color=NEUTRAL, strokeWidth=1.5)
    y = alt.Y("value:Q", scale=_scale(table))
    layers = (true.encode(x=x, y=y), *(one.encode(x=x) for one in _lines(table)))
    return alt.layer(*layers).properties(**SIZE)


def over_rounds(table: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """Both tracks' accuracy by round; columns track, round, value, low, high."""
    x = alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))
    return alt.layer(*(one.encode(x=x) for one in _lines(table))).properties(**SIZE)


def _lines(table: pd.DataFrame) -> tuple[alt.Chart, alt.Chart]:
    bars, points = _shares(table, size=70)
    return bars, points.mark_line(point=alt.OverlayMarkDef(size=70), strokeWidth=2.5)


def _shares(table: pd.DataFrame, size: int) -> tuple[alt.Chart, alt.Chart]:
    """Intervals and points of the shares in a table, a colour a track, wherever they will stand."""
    there = [track for track in TRACKS if track in set(table["track"])]
    tracks = alt.Scale(domain=there, range=[TRACKS[track] for track in there])
    colour, scale = alt.Color("track:N", title=None, scale=tracks), _scale(table)
    bars = alt.Chart(table).mark_rule(strokeWidth=2.5)
    points = alt.Chart(table).mark_point(filled=True, size=size, opacity=1)
    return (
        bars.encode(y=alt.Y("low:Q", scale=scale), y2="high:Q", color=colour),
        points.encode(y=alt.Y("value:Q", title="Right", scale=scale, axis=RIGHT), color=colour),
    )


def _scale(table: pd.DataFrame) -> alt.Scale:
    """From the tenth below the lowest value to 1, so that what matters fills the chart; a half is in it."""
    lowest = min(0.5, *table["low"], *table["value"])
    return alt.Scale(domain=[math.floor(lowest * 10) / 10, 1], nice=False)
