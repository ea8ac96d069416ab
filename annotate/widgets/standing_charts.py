"""The two axes on which policies are placed, in the app's own calm. Colours come from the theme."""

from __future__ import annotations

import altair as alt
import pandas as pd

from annotate.widgets import charts
from store.abreast import span


def two_axes(rows: pd.DataFrame, helpfulness: str, harmlessness: str) -> alt.LayerChart | alt.FacetChart:
    """How helpful and how harmless each round's policy is, a line a judge (Llama 2, figure 11): columns line,
    round, helpfulness and harmlessness, each also with `_low` and `_high`; the last two name the axes."""
    scale = alt.Scale(domain=span(rows.to_dict("records")), nice=False)
    x = alt.X("helpfulness:Q", title=helpfulness, scale=scale, axis=charts.axis(format="%"))
    y = alt.Y("harmlessness:Q", title=harmlessness, scale=scale, axis=charts.axis(format="%"))
    every = alt.Chart(rows)
    thin = every.mark_rule(strokeWidth=1, opacity=0.5)
    even = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=charts.NEUTRAL)
    return charts.drawing(
        even.encode(x=alt.X("even:Q", scale=scale)),
        even.encode(y=alt.Y("even:Q", scale=scale)),
        thin.encode(x="helpfulness_low:Q", x2="helpfulness_high:Q", y=y, color=charts.line()),
        thin.encode(y="harmlessness_low:Q", y2="harmlessness_high:Q", x=x, color=charts.line()),
        every.mark_line(strokeWidth=2, opacity=0.5).encode(x=x, y=y, order="round:Q", color=charts.line()),
        every.mark_point(size=charts.SIZE, filled=True, opacity=1).encode(x=x, y=y, color=charts.line()),
        every.mark_text(dy=-12, dx=-10, fontSize=13, color=charts.NEUTRAL).encode(x=x, y=y, text="round:N"),
    )
