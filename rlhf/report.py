"""`report.html`: what the rounds came to, as one file without scripts that prints as it looks.

Charts are drawn by Altair and put in as SVG. Knows rows of results and metrics, not how they came about.
"""

from __future__ import annotations

import html
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from rlhf.results import RoundResult

ORACLE, REWARD_MODEL, SAFE, REFUSAL = "#2f5fae", "#a65117", "#7a3b8f", "#4c7a34"
"""One colour an idea, readable without colour vision beside each other."""
JUDGES = {"oracle": ORACLE, "reward model": REWARD_MODEL}
RULE, INK = "#e0ddd8", "#625d57"
WORDS = {"labelFontSize": 13, "titleFontSize": 13, "labelColor": INK, "titleColor": INK}
"""How a chart is drawn: as the page around it."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; color: #1a1816; background: #faf9f7; margin: 2.5rem auto;
         max-width: 62rem; padding: 0 1.5rem; }}
  h1 {{ font-size: 1.7rem; margin: 0 0 .3rem; }} h2 {{ font-size: 1.1rem; margin: 0 0 .6rem; }}
  p {{ max-width: 46rem; }} .quiet {{ color: #625d57; }}
  .figures {{ display: grid; gap: 1.2rem;
             grid-template-columns: repeat(auto-fit, minmax(min(27rem, 100%), 1fr)); }}
  figure {{ background: #fff; border: 1px solid #e0ddd8; border-radius: 10px; margin: 0; padding: 1.1rem; }}
  figure svg {{ width: 100%; height: auto; }} figcaption {{ font-size: .88rem; color: #625d57; }}
  .table {{ overflow-x: auto; }} td {{ white-space: nowrap; }}
  table {{ border-collapse: collapse; width: 100%; background: #fff; font-variant-numeric: tabular-nums; }}
  th, td {{ border-bottom: 1px solid #e0ddd8; padding: .45rem .6rem; text-align: right; }}
  th {{ font-weight: 600; font-size: .85rem; }}
  @media print {{ html {{ font-size: 12px; }} body {{ background: #fff; margin: 0; padding: 0; }}
    .figures {{ grid-template-columns: 1fr 1fr; }} figure {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="quiet">{lead}</p>
<div class="figures">{figures}</div>
<h2 style="margin-top:2rem">Every round in figures</h2>
<div class="table">{table}</div>
</body>
</html>
"""

COLUMNS = {
    "round": "Round",
    "labels": "Labels",
    "reward_accuracy": "Reward accuracy",
    "oracle_win_rate": "Oracle win rate",
    "reward_model_win_rate": "Reward model win rate",
    "unsafe_rate": "Unsafe",
    "false_refusal_rate": "False refusals",
    "kl": "KL, nats",
    "seconds": "Seconds",
}


def write_report(file: Path, results: Sequence[RoundResult], metrics: pd.DataFrame) -> None:
    """Writes the report of all rounds; `metrics` holds the lines of the last round's `metrics.jsonl`."""
    figures = [_figure(*parts) for parts in _charts(results, metrics)]
    page = PAGE.format(
        title="Hone: one round" if len(results) == 2 else f"Hone: {len(results) - 1} rounds",
        lead=html.escape(_lead(results)),
        figures="".join(figures),
        table=_table(results),
    )
    file.write_text(page, encoding="utf-8")


def _lead(results: Sequence[RoundResult]) -> str:
    first, last = results[0], results[-1]
    if last.oracle_win_rate is None or last.unsafe_rate is None or first.unsafe_rate is None:
        return (
            f"The reward models prefer the last policy in {_percent(last.reward_model_win_rate)} of held-out "
            "prompts. No judge outside the training was asked."
        )
    low, high = _percent(last.oracle_win_rate_low), _percent(last.oracle_win_rate_high)
    return (
        f"The oracle prefers the last policy to the first in {_percent(last.oracle_win_rate)} of held-out "
        f"prompts (95 % interval {low} to {high}, ties half). "
        f"Unsafe answers went from {_percent(first.unsafe_rate)} to {_percent(last.unsafe_rate)}."
    )


def _charts(
    results: Sequence[RoundResult], metrics: pd.DataFrame
) -> list[tuple[str, alt.TopLevelMixin, str]]:
    rows = pd.DataFrame(
        [{name: getattr(result, name) for name in RoundResult.__slots__} for result in results]
    )
    caption = "Held-out prompts, ties half."
    charts: list[tuple[str, Any, str]] = []
    if rows["oracle_win_rate"].notna().any():
        caption += (
            " The bar is the oracle's 95 % interval; a reward model that rises while the oracle falls is "
            "being gamed."
        )
        words = "Unsafe requests answered, harmless ones refused."
        charts.append(("Errors on held-out prompts", error_rates(rows), words))
    charts.insert(0, ("Win rate against the first policy", win_rates(rows), caption))
    ppo = metrics[metrics["stage"] == "ppo"] if "stage" in metrics else metrics
    for name, axis, title in (
        ("reward", "Reward", "Reward while PPO ran"),
        ("kl", "KL, nats", "KL while PPO ran"),
    ):
        if name in ppo and not ppo.empty:
            charts.append((title, curve(ppo, name, axis), "The last round, by iteration."))
    return charts


def win_rates(rows: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """Win rates by round, by oracle with its interval and by reward model."""
    x = alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0))
    long = rows.melt("round", ["oracle_win_rate", "reward_model_win_rate"], "judge", "win_rate").dropna()
    long["judge"] = long["judge"].map({"oracle_win_rate": "oracle", "reward_model_win_rate": "reward model"})
    asked = [judge for judge in JUDGES if judge in set(long["judge"])]
    scale = alt.Scale(domain=asked, range=[JUDGES[judge] for judge in asked])
    lines = alt.Chart(long).mark_line(point=alt.OverlayMarkDef(size=70), strokeWidth=2.5)
    y = alt.Y("win_rate:Q", title="Win rate", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
    judged = alt.Color("judge:N", title=None, scale=scale)
    interval = alt.Chart(rows.dropna(subset=["oracle_win_rate_low"])).mark_rule(color=ORACLE, strokeWidth=2)
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color="#8a857e")
    layers = (
        half.encode(y="even:Q"),
        interval.encode(x=x, y="oracle_win_rate_low:Q", y2="oracle_win_rate_high:Q"),
        lines.encode(x=x, y=y, color=judged),
    )
    return alt.layer(*layers).properties(width=380, height=240)


def error_rates(rows: pd.DataFrame) -> alt.Chart:
    """Unsafe and false-refusal rates by round."""
    long = rows.melt("round", ["unsafe_rate", "false_refusal_rate"], "error", "rate").dropna()
    long["error"] = long["error"].map({"unsafe_rate": "unsafe", "false_refusal_rate": "false refusal"})
    scale = alt.Scale(domain=["unsafe", "false refusal"], range=[SAFE, REFUSAL])
    return (
        alt.Chart(long)
        .mark_line(point=alt.OverlayMarkDef(size=70), strokeWidth=2.5)
        .encode(
            x=alt.X("round:O", title="Round", axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "rate:Q",
                title="Rate",
                scale=alt.Scale(domainMin=0, nice=True),
                axis=alt.Axis(format="%", tickCount=5),
            ),
            color=alt.Color("error:N", title=None, scale=scale),
        )
        .properties(width=380, height=240)
    )


def curve(metrics: pd.DataFrame, name: str, title: str) -> alt.Chart:
    """One number of a stage by step; of a step that a resumed round did again, the last."""
    known = metrics.dropna(subset=[name]).drop_duplicates("step", keep="last").sort_values("step")
    x = alt.X("step:Q", title="Iteration", axis=alt.Axis(tickCount=6, tickMinStep=1, grid=False))
    axes = {"x": x, "y": alt.Y(f"{name}:Q", title=title)}
    return (
        alt.Chart(known[["step", name]])
        .mark_line(color=ORACLE, strokeWidth=2)
        .encode(**axes)
        .properties(width=380, height=200)
    )


def _figure(title: str, chart: Any, caption: str) -> str:  # noqa: ANN401  # any of Altair's charts
    svg = io.StringIO()
    chart.configure(font="system-ui, sans-serif").configure_view(stroke=None).configure_axis(
        **WORDS, titleFontWeight="normal", domainColor=RULE, tickColor=RULE, gridColor=RULE
    ).configure_legend(**WORDS, orient="top").save(svg, format="svg")
    words = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure><h2>{html.escape(title)}</h2>{svg.getvalue()}{words}</figure>"


def _table(results: Sequence[RoundResult]) -> str:
    head = "".join(f"<th>{html.escape(title)}</th>" for title in COLUMNS.values())
    rows = ("".join(f"<td>{cell}</td>" for cell in cells(result)) for result in results)
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{'</tr><tr>'.join(rows)}</tr></tbody></table>"


def cells(result: RoundResult) -> list[str]:
    """The row as text, in the order of `COLUMNS`: on the terminal and in the report alike."""
    oracle = _percent(result.oracle_win_rate)
    if result.oracle_win_rate_low is not None:
        oracle += f" ({_percent(result.oracle_win_rate_low)} to {_percent(result.oracle_win_rate_high)})"
    return [
        str(result.round),
        str(result.labels),
        _percent(result.reward_accuracy),
        oracle,
        _percent(result.reward_model_win_rate),
        _percent(result.unsafe_rate),
        _percent(result.false_refusal_rate),
        f"{result.kl:.2f}",
        f"{result.seconds:.0f}",
    ]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
