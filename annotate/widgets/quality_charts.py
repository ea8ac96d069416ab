"""Shares and figures with their intervals, a row a name: of annotators and of slices of labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import altair as alt
import pandas as pd

from annotate.widgets.charts import NEUTRAL, SIZE, TICKS, axis, drawing
from store.intervals import Interval

ROW = 22
"""Pixels of a row."""
LEAST = 0.05
"""Of shares, the end of the axis at least: less has no whole per cent for its ticks."""
NAMES = 200
"""Pixels of the longest name that is shown whole."""


def rows(
    found: Mapping[str, Interval], title: str, *, usual: float, form: str
) -> alt.LayerChart | alt.FacetChart:
    """Points with intervals around what is `usual`, by name, in their order; one at least."""
    table = pd.DataFrame([{"name": name, **asdict(one)} for name, one in found.items()])
    names = axis(labelLimit=NAMES, ticks=False, domain=False, grid=False)
    y = alt.Y("name:N", title=None, sort=None, axis=names)
    small = form.endswith("%") and max(one.high for one in found.values()) < LEAST
    scale = alt.Scale(domain=(0, LEAST)) if small else alt.Scale(nice=TICKS)
    x = alt.X("low:Q", title=title, scale=scale, axis=axis(format=form, tickCount=TICKS))
    told = [alt.Tooltip(f"{one}:Q", format=form) for one in ("value", "low", "high")]
    bars = alt.Chart(table).mark_rule(strokeWidth=2, color=NEUTRAL, aria=False).encode(y=y, x=x, x2="high:Q")
    points = alt.Chart(table).mark_point(filled=True, size=SIZE, opacity=1, aria=False)
    points = points.encode(y=y, x="value:Q", tooltip=["name:N", *told])
    line = alt.Chart(pd.DataFrame({"usual": [usual]})).mark_rule(color=NEUTRAL, strokeDash=[4, 4], aria=False)
    layers = drawing(line.encode(x="usual:Q"), bars, points)
    return layers.properties(height=max(60, ROW * len(table)))
