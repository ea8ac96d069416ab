"""Charts of how good a reward model is: tables of `annotate.reward_figures` in, Altair charts out."""

from __future__ import annotations

import math
from collections.abc import Iterable

import altair as alt
import pandas as pd

from annotate.widgets.charts import FAINT, NEUTRAL, POINT, SIZE, drawing, line

Drawn = alt.LayerChart | alt.FacetChart
DASHES = ([6, 4], [2, 3], [10, 3, 2, 3])
"""Of the lines across a chart, which differ without colour."""
LEAST = 0.4
"""Where an axis of accuracies begins, unless something lies below; guessing is 0.5."""
ALONE = alt.Color("model:N", legend=None)
"""Of marks that are all of one model; not of the column line, whose legend it would take away."""
LONGEST = 150
"""Pixels of a part's name."""


def by_part(table: pd.DataFrame, rules: pd.DataFrame, heading: str, accuracy: str) -> Drawn:
    """A row a part, its point and interval, and a dashed line for each rule; `heading` and `accuracy` name
    the axes. The names stand in rows, for they are long."""
    scale = _scale([*table["low"], *rules["share"]])
    axis = alt.Axis(format="%", gridOpacity=FAINT, tickCount=6)
    x = alt.X("share:Q", title=accuracy, scale=scale, axis=axis)
    names = alt.Axis(labelLimit=LONGEST, grid=False, titleAnchor="middle")
    y = alt.Y("name:N", title=heading, sort=None, axis=names)
    tooltip = [alt.Tooltip("name:N", title=heading), alt.Tooltip("told:N", title=accuracy)]
    alone = _alone(table)
    points = alt.Chart(alone).mark_point(filled=True, size=SIZE, opacity=1)
    low = alt.X("low:Q", title=accuracy, scale=scale, axis=axis)
    layers = [
        _bars(alone).encode(x=low, x2="high:Q", y=y, color=ALONE),
        points.encode(x=x, y=y, color=ALONE, tooltip=tooltip),
    ]
    if not rules.empty:
        layers.insert(0, _across(rules, x))
    return drawing(*layers)


def reliability(table: pd.DataFrame, stated: str, right: str) -> Drawn:
    """How often each stated certainty came true, and the diagonal of a model that is as sure as right."""
    least = 0.5 if table["stated"].min() >= 0.5 else 0.0
    scale = alt.Scale(domain=[least, 1], nice=False)
    x = alt.X(
        "stated:Q", title=stated, scale=scale, axis=alt.Axis(format="%", gridOpacity=FAINT, tickCount=5)
    )
    y = _accuracy("share", right, _scale([least, *table["low"]]))
    low = _accuracy("low", right, _scale([least, *table["low"]]))
    ends = pd.DataFrame({"stated": [least, 1.0], "share": [least, 1.0]})
    diagonal = alt.Chart(ends).mark_line(strokeDash=[4, 4], color=NEUTRAL).encode(x=x, y=y)
    tooltip = [alt.Tooltip("stated:Q", title=stated, format=".1%"), alt.Tooltip("told:N", title=right)]
    alone = _alone(table)
    curve = alt.Chart(alone).mark_line(strokeWidth=2.5, point=POINT)
    return drawing(
        diagonal,
        _bars(alone).encode(x=x, y=low, y2="high:Q", color=ALONE),
        curve.encode(x=x, y=y, color=ALONE, tooltip=tooltip),
    )


def over_rounds(table: pd.DataFrame, heading: str, accuracy: str) -> Drawn:
    """The accuracy of each track's models by round, with intervals."""
    x = alt.X("round:O", title=heading, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    scale = _scale(table["low"])
    tooltip = ["line:N", alt.Tooltip("round:O", title=heading), alt.Tooltip("told:N", title=accuracy)]
    lines = alt.Chart(table).mark_line(strokeWidth=2.5, point=POINT)
    return drawing(
        _bars(table).encode(x=x, y=_accuracy("low", accuracy, scale), y2="high:Q", color=line()),
        lines.encode(x=x, y=_accuracy("rate", accuracy, scale), color=line(), tooltip=tooltip),
    )


def _bars(table: pd.DataFrame) -> alt.Chart:
    """Intervals, in the colour of their points."""
    return alt.Chart(table).mark_rule(strokeWidth=2, opacity=0.6)


def _alone(table: pd.DataFrame) -> pd.DataFrame:
    """The table as one line: a mark without a colour of its own would be black on dark pages too."""
    return table.assign(model="")


def _accuracy(column: str, title: str, scale: alt.Scale) -> alt.Y:
    axis = alt.Axis(format="%", gridOpacity=FAINT, tickCount=6)
    return alt.Y(f"{column}:Q", title=title, scale=scale, axis=axis)


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


def _scale(values: Iterable[float]) -> alt.Scale:
    """From a tenth below everything, or from `LEAST`, up to all."""
    least = min((LEAST, *values))
    return alt.Scale(domain=[math.floor(10 * least) / 10, 1], nice=False)
