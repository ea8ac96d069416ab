"""The report's charts, drawn by Altair as SVG, on a light and on a dark page."""

from __future__ import annotations

import html
import io
from collections.abc import Iterator, Sequence
from typing import Any

import altair as alt
import pandas as pd

from store.colours import PALETTE, SERIES

ORACLE, REWARD_MODEL = SERIES["Oracle"].light, SERIES["Reward model"].light
SAFE, REFUSAL = SERIES["Unsafe"].light, SERIES["False refusals"].light
HELPFULNESS = SERIES["Helpfulness"].light
WHOLE = alt.Scale(domain=[0, 1], nice=False)
"""Of every win rate, so that charts beside each other can be compared."""
TICKS = 5
"""Asked of an axis and of its scale alike, so that no point lies beyond the last tick."""
NICE = alt.Scale(zero=False, nice=TICKS)
"""Of numbers that may lie anywhere."""
BESIDE = 8
"""Pixels between the lines of a round."""
NEUTRAL = "#8a857e"
"""Neither light nor dark."""
RULE, INK = "#e0ddd8", "#625d57"
WORDS = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": INK}
"""How a chart is drawn: as the page around it."""
TITLE_PADDING = 14
"""Pixels between an axis' title and its labels, for the page's own font may be wider than the one that the
chart was measured with."""

IN_THE_DARK = {
    **{colour.light: colour.dark for colour in PALETTE},
    INK: "#b5aea3",
    RULE: "#3a3835",
}
"""What stands for each colour of a chart on a dark page."""
DARK = "\n    ".join(
    f'svg [{part}="{light}"] {{ {part}: {dark}; }}'
    for light, dark in IN_THE_DARK.items()
    for part in ("fill", "stroke")
)


def win_rates(points: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Win rates by round with their intervals: columns round, line, rate, low, high."""
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    y = alt.Y("rate:Q", title="Win rate", scale=WHOLE, axis=alt.Axis(format="%", tickCount=5))
    return alt.layer(half.encode(y="even:Q"), *_by_round(points, y)).properties(width=380, height=240)


def error_rates(points: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """Unsafe and false-refusal rates by round, in the same columns."""
    scale, axis = alt.Scale(domainMin=0, nice=TICKS), alt.Axis(format="%", tickCount=TICKS)
    y = alt.Y("rate:Q", title="Share of requests", scale=scale, axis=axis)
    return alt.layer(*_by_round(points, y)).properties(width=380, height=240)


def _by_round(points: pd.DataFrame, y: alt.Y) -> Iterator[alt.Chart]:
    """Intervals, lines and points, the lines a little beside each other."""
    x = alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))
    lines = list(dict.fromkeys(points["line"]))
    color = alt.Color("line:N", title=None, scale=coloured(lines), legend=alt.Legend(symbolOpacity=1))
    for at, name in enumerate(lines):
        own, aside = alt.Chart(points[points["line"] == name]), beside(at, len(lines))
        bars = own.transform_filter("datum.low !== null").mark_rule(strokeWidth=2, opacity=0.6, xOffset=aside)
        yield bars.encode(x=x, y="low:Q", y2="high:Q", color=color)
        yield own.mark_line(strokeWidth=2.5, xOffset=aside).encode(x=x, y=y, color=color)
        yield own.mark_point(size=70, filled=True, opacity=1, xOffset=aside).encode(x=x, y=y, color=color)


def beside(at: int, lines: int) -> float:
    """Pixels to the right of a line's place, of so many lines, lest one's intervals hide another's."""
    return BESIDE * (at - (lines - 1) / 2)


def coloured(lines: Sequence[str]) -> alt.Scale:
    """Each line in the colour that its name has everywhere."""
    return alt.Scale(domain=list(lines), range=[SERIES[line].light for line in lines])


def frontier(rows: pd.DataFrame, judge: str) -> Any:  # noqa: ANN401  # a layer
    """Each round's policy by its distance from the first, the root of KL, and its win rate by the judge:
    columns kl, win_rate, low, high, name, refused, in the order of rounds. A refused one is hollow and off
    the line: no later policy came of it."""
    known = rows.dropna(subset=["kl", "win_rate"]).assign(root=lambda table: table["kl"].clip(lower=0) ** 0.5)
    far = 1.2 * max(known["root"].max(), 0.1)
    x = alt.X("root:Q", title="√KL from the first policy, √nats", scale=alt.Scale(domain=[0, far]))
    x = x.axis(tickCount=8, grid=False)
    y = alt.Y("win_rate:Q", title="Win rate", scale=WHOLE, axis=alt.Axis(format="%", tickCount=5))
    every = alt.Chart(known.assign(at=range(len(known))))
    way, off = every.transform_filter("!datum.refused"), every.transform_filter("datum.refused")
    colour = SERIES[judge].light
    bars = every.transform_filter("datum.low !== null").mark_rule(strokeWidth=2, opacity=0.6, color=colour)
    return alt.layer(
        bars.encode(x=x, y=alt.Y("low:Q", scale=WHOLE), y2="high:Q"),
        way.mark_line(strokeWidth=2, color=colour, opacity=0.5).encode(x=x, y=y, order="at:Q"),
        way.mark_point(size=70, filled=True, color=colour, opacity=1).encode(x=x, y=y),
        off.mark_point(size=70, filled=False, color=colour, opacity=1).encode(x=x, y=y),
        *_names(every, x, y),
    ).properties(width=380, height=240)


def _names(every: alt.Chart, x: alt.X, y: alt.Y) -> Iterator[alt.Chart]:
    """By turns to the right and the left, for policies of rounds that follow each other are often close."""
    even, odd = (every.transform_filter(f"datum.at % 2 == {place}") for place in (0, 1))
    for text in (
        even.mark_text(align="left", dx=8, dy=14, fontSize=13, color=INK),
        odd.mark_text(align="right", dx=-8, dy=-8, fontSize=13, color=INK),
    ):
        yield text.encode(x=x, y=y, text="name:N")


def curve(metrics: pd.DataFrame, name: str, title: str) -> alt.Chart | None:
    """One number of a stage by step, in training and held-out, if it is known; of a step that a resumed round
    did again, the last."""
    lines = {"Training": name, "Held-out": f"held_out_{name}"}
    there = {line: of for line, of in lines.items() if of in metrics and metrics[of].notna().any()}
    if not there:
        return None
    known = pd.concat(_line(metrics, line, column) for line, column in there.items())
    whole = alt.Axis(format="d", tickCount=6, tickMinStep=1, grid=False)
    return (
        alt.Chart(known)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=25))
        .encode(
            x=alt.X("step:Q", title="Iteration", axis=whole),
            y=alt.Y("value:Q", title=title, scale=NICE, axis=alt.Axis(tickCount=TICKS)),
            color=alt.Color("line:N", title=None, scale=coloured(list(there))),
        )
        .properties(width=380, height=200)
    )


def _line(metrics: pd.DataFrame, line: str, column: str) -> pd.DataFrame:
    """Columns step, value, line."""
    known = metrics.dropna(subset=[column]).drop_duplicates("step", keep="last").sort_values("step")
    return known[["step", column]].rename(columns={column: "value"}).assign(line=line)


def as_svg(chart: Any) -> str:  # noqa: ANN401  # any of Altair's charts
    """The chart as the page around it is written, without a background of its own."""
    svg = io.StringIO()
    chart.configure(font="system-ui, sans-serif", background="transparent").configure_view(
        stroke=None
    ).configure_axis(
        **WORDS,
        labelFlush=False,
        labelBound=False,
        titleFontWeight="normal",
        domainColor=RULE,
        tickColor=RULE,
        gridColor=RULE,
    ).configure_axisY(titlePadding=TITLE_PADDING).configure_legend(
        **WORDS, orient="top", columnPadding=24
    ).save(svg, format="svg")
    return svg.getvalue()


def named_svg(chart: Any, name: str) -> str:  # noqa: ANN401  # any of Altair's charts
    """The same, with a name for those who hear the page."""
    told = f'<svg role="graphics-document" aria-roledescription="chart" aria-label="{html.escape(name)}" '
    return as_svg(chart).replace("<svg ", told, 1)
