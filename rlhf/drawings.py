"""The report's charts, drawn by Altair as SVG, on a light and on a dark page."""

from __future__ import annotations

import io
from typing import Any

import altair as alt
import pandas as pd

ORACLE, REWARD_MODEL, SAFE, REFUSAL = "#2f5fae", "#a65117", "#7a3b8f", "#4c7a34"
HELPFULNESS = "#1b6e74"
"""One colour an idea, readable without colour vision beside each other."""
JUDGES = {"Oracle": ORACLE, "Reward model": REWARD_MODEL}
NEUTRAL = "#8a857e"
"""Neither light nor dark."""
RULE, INK = "#e0ddd8", "#625d57"
WORDS = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": INK}
"""How a chart is drawn: as the page around it."""

IN_THE_DARK = {
    ORACLE: "#8db4f2",
    REWARD_MODEL: "#e0a36b",
    SAFE: "#c39ad6",
    REFUSAL: "#9cc97e",
    HELPFULNESS: "#74c3c9",
    INK: "#b5aea3",
    RULE: "#3a3835",
}
"""What stands for each colour of a chart on a dark page."""
DARK = "\n    ".join(
    f'svg [{part}="{light}"] {{ {part}: {dark}; }}'
    for light, dark in IN_THE_DARK.items()
    for part in ("fill", "stroke")
)


def win_rates(rows: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Win rates by round, by oracle with its interval and by reward model."""
    x = alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))
    long = rows.melt("round", ["oracle_win_rate", "reward_model_win_rate"], "judge", "win_rate").dropna()
    long["judge"] = long["judge"].map({"oracle_win_rate": "Oracle", "reward_model_win_rate": "Reward model"})
    asked = [judge for judge in JUDGES if judge in set(long["judge"])]
    scale = alt.Scale(domain=asked, range=[JUDGES[judge] for judge in asked])
    lines = alt.Chart(long).mark_line(point=alt.OverlayMarkDef(size=70), strokeWidth=2.5)
    y = alt.Y("win_rate:Q", title="Win rate", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    judged = alt.Color("judge:N", title=None, scale=scale)
    interval = alt.Chart(rows.dropna(subset=["oracle_win_rate_low"])).mark_rule(color=ORACLE, strokeWidth=2)
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    layers = (
        half.encode(y="even:Q"),
        interval.encode(x=x, y="oracle_win_rate_low:Q", y2="oracle_win_rate_high:Q"),
        lines.encode(x=x, y=y, color=judged),
    )
    return alt.layer(*layers).properties(width=380, height=240)


def error_rates(rows: pd.DataFrame) -> alt.Chart:
    """Unsafe and false-refusal rates by round."""
    long = rows.melt("round", ["unsafe_rate", "false_refusal_rate"], "error", "rate").dropna()
    long["error"] = long["error"].map({"unsafe_rate": "Unsafe", "false_refusal_rate": "False refusals"})
    scale = alt.Scale(domain=["Unsafe", "False refusals"], range=[SAFE, REFUSAL])
    return (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=70), strokeWidth=2.5)
        .encode(
            x=alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "rate:Q",
                title="Share of requests",
                scale=alt.Scale(domainMin=0, nice=True),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color("error:N", title=None, scale=scale),
        )
        .properties(width=380, height=240)
    )


def frontier(rows: pd.DataFrame, judge: str) -> Any:  # noqa: ANN401  # a layer
    """Each round's policy by its distance from the first, the root of KL, and its win rate by the judge:
    columns kl, win_rate, name, refused, in the order of rounds. A refused one is hollow and off the line: no
    later policy came of it."""
    known = rows.dropna(subset=["kl", "win_rate"]).assign(root=lambda table: table["kl"].clip(lower=0) ** 0.5)
    far = 1.15 * max(known["root"].max(), 0.1)
    x = alt.X("root:Q", title="√KL from the first policy, √nats", scale=alt.Scale(domain=[0, far]))
    y = alt.Y(
        "win_rate:Q", title="Win rate", scale=alt.Scale(zero=False, padding=20), axis=alt.Axis(format="%")
    )
    every = alt.Chart(known.assign(at=range(len(known))))
    way, off = every.transform_filter("!datum.refused"), every.transform_filter("datum.refused")
    colour = JUDGES[judge]
    return alt.layer(
        way.mark_line(strokeWidth=2, color=colour, opacity=0.5).encode(x=x, y=y, order="at:Q"),
        way.mark_point(size=70, filled=True, color=colour, opacity=1).encode(x=x, y=y),
        off.mark_point(size=70, filled=False, color=colour, opacity=1).encode(x=x, y=y),
        every.mark_text(dy=-12, fontSize=13, color=INK).encode(x=x, y=y, text="name:N"),
    ).properties(width=380, height=240)


def curve(metrics: pd.DataFrame, name: str, title: str) -> alt.Chart | None:
    """One number of a stage by step, in training and held-out, if it is known; of a step that a resumed round
    did again, the last."""
    lines = {"Training": (name, ORACLE), "Held-out": (f"held_out_{name}", REWARD_MODEL)}
    there = {line: of for line, of in lines.items() if of[0] in metrics and metrics[of[0]].notna().any()}
    if not there:
        return None
    known = pd.concat(_line(metrics, line, column) for line, (column, _colour) in there.items())
    scale = alt.Scale(domain=list(there), range=[colour for _column, colour in there.values()])
    whole = alt.Axis(format="d", tickCount=6, tickMinStep=1, grid=False)
    return (
        alt.Chart(known)
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=25))
        .encode(
            x=alt.X("step:Q", title="Iteration", axis=whole),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=False)),
            color=alt.Color("line:N", title=None, scale=scale),
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
    ).configure_legend(**WORDS, orient="top").save(svg, format="svg")
    return svg.getvalue()
