"""Charts of how good a reward model is: tables of `annotate.reward_figures` in, Altair charts out."""

from __future__ import annotations

import altair as alt
import pandas as pd

from annotate.widgets.charts import NEUTRAL, SIZE, axis, beside, drawing, line
from store.reward_results import FEW_PAIRS

Drawn = alt.LayerChart | alt.FacetChart
DASHES = ([6, 4], [2, 3], [10, 3, 2, 3])
"""Of the lines across a chart, which differ without colour."""
WHOLE = alt.Scale(domain=[0, 1], nice=False)
"""Of every accuracy, so that charts beside each other can be compared."""
SHARES = axis(format="%", tickCount=6)
KNOWN = alt.Opacity(
    "pairs:Q", scale=alt.Scale(domain=[0, FEW_PAIRS], range=[0.25, 1], clamp=True), legend=None
)
"""A point of few pairs is faint; its interval is drawn as any other."""
ALONE = alt.Color("model:N", legend=None)
"""Of marks that are all of one model; not of the column line, whose legend it would take away."""
LONGEST = 150
"""Pixels of a part's name."""


def by_part(table: pd.DataFrame, rules: pd.DataFrame, heading: str, accuracy: str) -> Drawn:
    """A row a part, its point and interval, and a dashed line for each rule; `heading` and `accuracy` name
    the axes. The names stand in rows, for they are long."""
    x, low = (alt.X(f"{name}:Q", title=accuracy, scale=WHOLE, axis=SHARES) for name in ("share", "low"))
    names = alt.Axis(labelLimit=LONGEST, grid=False, titleAnchor="middle")
    y = alt.Y("name:N", title=heading, sort=None, axis=names)
    tooltip = [alt.Tooltip("name:N", title=heading), alt.Tooltip("told:N", title=accuracy)]
    alone = _alone(table)
    layers = [
        _bars(alone).encode(x=low, x2="high:Q", y=y, color=ALONE),
        _points(alone).encode(x=x, y=y, color=ALONE, tooltip=tooltip),
    ]
    if not rules.empty:
        layers.insert(0, _across(rules, x))
    return drawing(*layers)


def reliability(table: pd.DataFrame, stated: str, right: str) -> Drawn:
    """How often each stated certainty came true, and the diagonal of a model that is as sure as right."""
    least = 0.5 if table["stated"].min() >= 0.5 else 0.0
    scale = alt.Scale(domain=[least, 1], nice=False)
    x = alt.X("stated:Q", title=stated, scale=scale, axis=axis(format="%", tickCount=5))
    y = _accuracy("share", right)
    ends = pd.DataFrame({"stated": [least, 1.0], "share": [least, 1.0]})
    diagonal = alt.Chart(ends).mark_line(strokeDash=[4, 4], color=NEUTRAL).encode(x=x, y=y)
    tooltip = [alt.Tooltip("stated:Q", title=stated, format=".1%"), alt.Tooltip("told:N", title=right)]
    alone = _alone(table)
    return drawing(
        diagonal,
        _bars(alone).encode(x=x, y=_accuracy("low", right), y2="high:Q", color=ALONE),
        alt.Chart(alone).mark_line(strokeWidth=2.5).encode(x=x, y=y, color=ALONE),
        _points(alone).encode(x=x, y=y, color=ALONE, tooltip=tooltip),
    )


def over_rounds(table: pd.DataFrame, heading: str, accuracy: str) -> Drawn:
    """The accuracy of each track's models by round, with intervals, the tracks a little beside each other."""
    x = alt.X("round:O", title=heading, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    y, low = _accuracy("rate", accuracy), _accuracy("low", accuracy)
    tooltip = [
        alt.Tooltip("line:N", title=" "),
        alt.Tooltip("round:O", title=heading),
        alt.Tooltip("told:N", title=accuracy),
    ]
    tracks = list(table["line"].unique())
    color = line(tracks, of=[str(track).capitalize() for track in table["track"].unique()])
    layers = []
    for at, track in enumerate(tracks):
        aside, own = beside(at, len(tracks)), table[table["line"] == track]
        layers += [
            _bars(own, aside).encode(x=x, y=low, y2="high:Q", color=color),
            alt.Chart(own).mark_line(strokeWidth=2.5, xOffset=aside).encode(x=x, y=y, color=color),
            _points(own, aside).encode(x=x, y=y, color=color, tooltip=tooltip),
        ]
    return drawing(*layers)


def _bars(table: pd.DataFrame, aside: float = 0) -> alt.Chart:
    """Intervals, in the colour of their points, so many pixels to the right."""
    return alt.Chart(table).mark_rule(strokeWidth=2, opacity=0.6, xOffset=aside)


def _points(table: pd.DataFrame, aside: float = 0) -> alt.Chart:
    """The shares themselves, the fainter the fewer pairs they are of."""
    return alt.Chart(table).mark_point(filled=True, size=SIZE, xOffset=aside).encode(opacity=KNOWN)


def _alone(table: pd.DataFrame) -> pd.DataFrame:
    """The table as one line: a mark without a colour of its own would be black on dark pages too."""
    return table.assign(model="")


def _accuracy(column: str, title: str) -> alt.Y:
    return alt.Y(f"{column}:Q", title=title, scale=WHOLE, axis=SHARES)


def _across(rules: pd.DataFrame, x: alt.X) -> alt.Chart:
    dash = alt.StrokeDash(
        "line:N",
        title=None,
        sort=None,
        scale=alt.Scale(domain=list(rules["line"]), range=list(DASHES[: len(rules)])),
        legend=alt.Legend(orient="top", offset=2, padding=0, symbolSize=400, columns=1, labelLimit=220),
    )
    marks = alt.Chart(rules).mark_rule(color=NEUTRAL, strokeWidth=2)
    tooltip = [alt.Tooltip("line:N", title=" "), alt.Tooltip("told:N", title=" ")]
    return marks.encode(x=x, strokeDash=dash, tooltip=tooltip)
