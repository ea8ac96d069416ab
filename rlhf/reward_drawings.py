"""The report's charts of how good reward models are: tables of figures in, Altair charts out."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from rlhf.drawings import HELPFULNESS, INK, NEUTRAL, SAFE
from store.reward_results import FEW_PAIRS

TRACKS: Final = {"Helpfulness": HELPFULNESS, "Safety": SAFE}
"""One colour a track, in every chart; safety has the one of unsafe answers."""
SIZE: Final = {"width": 380, "height": 240}
RIGHT: Final = alt.Axis(format="%", tickCount=5)
KNOWN: Final = alt.Opacity(
    "pairs:Q", scale=alt.Scale(domain=[0, FEW_PAIRS], range=[0.25, 1], clamp=True), legend=None
)
WHOLE: Final = alt.Scale(domain=[0, 1], nice=False)
"""Of every accuracy, so that charts beside each other can be compared."""
BESIDE: Final = 8
"""Pixels between the tracks of a round, lest one's interval hides the other's."""
BROKEN: Final = alt.Axis(labelAngle=0, labelExpr="split(datum.label, '|')", ticks=False, grid=False)
"""Labels are broken at a bar."""


def by_degree(table: pd.DataFrame, track: str) -> Any:  # noqa: ANN401  # a layer
    """A row a degree in the track's colour, and in grey what it is measured against.

    Columns name, kind ("model" or "beside"), value, low, high, pairs.
    """
    y = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=0, ticks=False))
    kinds = alt.Scale(domain=["model", "beside"], range=[TRACKS[track], INK])
    colour = alt.Color("kind:N", scale=kinds, legend=None)
    bars = alt.Chart(table).mark_rule(strokeWidth=2.5)
    points = alt.Chart(table).mark_point(filled=True, size=90).encode(opacity=KNOWN)
    return alt.layer(
        bars.encode(y=y, x=alt.X("low:Q", scale=WHOLE), x2="high:Q", color=colour),
        points.encode(y=y, x=alt.X("value:Q", title="Right", scale=WHOLE, axis=RIGHT), color=colour),
    ).properties(width=300, height=240, padding={"left": 25, "top": 5, "right": 10, "bottom": 8})


def by_part(table: pd.DataFrame, title: str) -> Any:  # noqa: ANN401  # a layer
    """Both tracks' accuracy by part, beside each other; columns track, name, value, low, high, pairs."""
    x = alt.X("name:N", title=title, sort=None, axis=BROKEN)
    bars, points = _shares(table, 80)
    beside = alt.XOffset("track:N")
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    return alt.layer(
        half.encode(y=alt.Y("even:Q", scale=WHOLE)),
        bars.encode(x=x, xOffset=beside),
        points.encode(x=x, xOffset=beside),
    ).properties(**SIZE)


def reliability(table: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """How often each stated probability came true; columns track, stated, value, low, high, pairs."""
    x = alt.X(
        "stated:Q",
        title="Stated probability of being right",
        scale=alt.Scale(domain=[0.5, 1]),
        axis=alt.Axis(format="%", values=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0], grid=False),
    )
    ends = pd.DataFrame({"stated": [0.5, 1.0], "value": [0.5, 1.0]})
    true = alt.Chart(ends).mark_line(strokeDash=[4, 4], color=NEUTRAL, strokeWidth=1.5)
    y = alt.Y("value:Q", scale=WHOLE)
    layers = (true.encode(x=x, y=y), *(one.encode(x=x) for one in _lines(table)))
    return alt.layer(*layers).properties(**SIZE)


def over_rounds(table: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """Both tracks' accuracy by round, a little beside each other; columns track, round, value, low, high,
    pairs."""
    x = alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))
    there = _tracks(table)
    layers = [
        one.encode(x=x).transform_filter(alt.datum.track == track)
        for at, track in enumerate(there)
        for one in _lines(table, BESIDE * (at - (len(there) - 1) / 2))
    ]
    return alt.layer(*layers).properties(**SIZE)


def _lines(table: pd.DataFrame, beside: float = 0) -> tuple[alt.Chart, ...]:
    bars, points = _shares(table, 70, beside)
    line = points.mark_line(strokeWidth=2.5, xOffset=beside).encode(opacity=alt.value(1))
    return bars, line, points


def _shares(table: pd.DataFrame, size: int, beside: float = 0) -> tuple[alt.Chart, alt.Chart]:
    """Intervals and points of the shares in a table, a colour a track, so many pixels to the right of
    wherever they will stand."""
    there = _tracks(table)
    tracks = alt.Scale(domain=there, range=[TRACKS[track] for track in there])
    colour = alt.Color("track:N", title=None, scale=tracks, legend=alt.Legend(symbolOpacity=1))
    bars = alt.Chart(table).mark_rule(strokeWidth=2.5, xOffset=beside)
    points = alt.Chart(table).mark_point(filled=True, size=size, xOffset=beside)
    return (
        bars.encode(y=alt.Y("low:Q", scale=WHOLE), y2="high:Q", color=colour),
        points.encode(
            y=alt.Y("value:Q", title="Right", scale=WHOLE, axis=RIGHT), color=colour, opacity=KNOWN
        ),
    )


def _tracks(table: pd.DataFrame) -> list[str]:
    return [track for track in TRACKS if track in set(table["track"])]
