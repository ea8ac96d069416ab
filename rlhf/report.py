"""`report.html`: what the rounds came to, as one file without scripts that prints as it looks.

Knows rows of results and metrics, not how they came about.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from rlhf import (
    drawings,
    rejection_drawings,
    report_arms,
    report_besides,
    report_monitor,
    report_readings,
    report_rewards,
    report_rounds,
    report_standings,
)
from rlhf.folders import replacing_file
from store import scoreboard
from store.arms import ArmFound
from store.rates import FAULT_RATES, WIN_RATES, Rate, rates
from store.rounds import RoundResult, Verdict
from store.verbs.rating import RatingsSeen

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
  :root {{ --ink: #1a1816; --quiet: #625d57; --line: #e0ddd8; --page: #faf9f7; --card: #fff; }}
  body {{ font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
         margin: 2.5rem auto; max-width: 62rem; padding: 0 1.5rem; }}
  h1 {{ font-size: 1.7rem; margin: 0 0 .3rem; }} h2 {{ font-size: 1.1rem; margin: 0 0 .6rem; }}
  p {{ max-width: 46rem; }} .quiet {{ color: var(--quiet); }} ul {{ padding-left: 1.2rem; }}
  .table + p {{ font-size: .88rem; }}
  .figures {{ display: grid; gap: 1.2rem;
             grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }}
  figure {{ background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 0;
           padding: 1.1rem; }}
  .small {{ grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); margin-top: 1.2rem; }}
  .small figure {{ padding: .8rem; }} .small h2 {{ font-size: .95rem; }}
  figure svg {{ width: 100%; height: auto; }} figcaption {{ font-size: .88rem; color: var(--quiet); }}
  @media print, (min-width: 49rem) {{
    figure:last-child:nth-child(odd) {{ grid-column: 1 / -1; display: grid; gap: 0 1.2rem;
      grid-template-columns: 1fr 1fr; align-items: center; }}
    figure:last-child:nth-child(odd) h2 {{ grid-column: 1 / -1; }} }}
  .table {{ overflow-x: auto; }} .figures + .table {{ margin-top: 1.2rem; }}
  td, td span {{ white-space: nowrap; }} .rounds td {{ white-space: normal; }}
  table {{ background: var(--card); }}
  table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
  th, td {{ border-bottom: 1px solid var(--line); padding: .45rem .6rem; text-align: right; }}
  th {{ font-weight: 600; font-size: .85rem; }} th[scope=row], .named th:first-child {{ text-align: left; }}
  @media screen and (prefers-color-scheme: dark) {{
    :root {{ --ink: #f2f0ec; --quiet: #b5aea3; --line: #3a3835; --page: #161513; --card: #22211f; }}
    {dark}
  }}
  @media screen and (max-width: 30rem) {{ body {{ margin: 1.2rem auto; padding: 0 .8rem; }}
    figure {{ padding: .8rem .7rem; }} .figures:not(.small) figure svg text {{ font-size: 15px; }}
    figure svg {{ overflow: visible; }} table {{ font-size: .88rem; }}
    th, td {{ padding: .4rem .3rem; }} .named td {{ white-space: normal; }} }}
  @media print {{ html {{ font-size: 12px; }} body {{ background: none; margin: 0; padding: 0; }}
    .figures {{ grid-template-columns: 1fr 1fr; }} figure {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p class="quiet">{lead}</p>
<div class="figures">{figures}</div>
{monitor}
{rewards}
{besides}
{arms}
{readings}
<h2 style="margin-top:2rem">Was the policy promoted?</h2>
<ul>{verdicts}</ul>
<h2 style="margin-top:2rem">Every round in figures</h2>
<div class="table rounds">{table}</div>
<p class="quiet">{notes}</p>
</body>
</html>
"""


REWARDS = """<h2 style="margin-top:2rem">Reward models</h2>
<div class="figures">{figures}</div>
<div class="table">{table}</div>
<ul>{sentences}</ul>
"""


BARS = "Bars are 95 % intervals, where they are known."
NOTHING_PLAYED = RatingsSeen(judges=(), places=(), rounds={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report is about: the figures of all rounds, and by round how good its reward models are, how its
    policy was improved and what was decided on it; `metrics` holds the last round's `metrics.jsonl`, `arms`
    what came of what the round before it asked; `standings` are of all rounds."""

    results: Sequence[RoundResult]
    metrics: pd.DataFrame
    verdicts: Mapping[int, Verdict]
    methods: Mapping[int, str]
    measured: Mapping[int, report_rewards.Measured]
    arms: Sequence[ArmFound] = ()
    standings: RatingsSeen = NOTHING_PLAYED


def write_report(file: Path, told: Told) -> None:
    """Writes the report of all rounds."""
    results = told.results
    figures = [_figure(*parts) for parts in _charts(results, told.metrics)]
    if len(results) > 2:
        figures.insert(1, _figure(*_frontier(told)))
    figures += [_figure(*parts) for parts in report_standings.figures(told.standings)]
    page = PAGE.format(
        title="Hone: round 1" if len(results) == 2 else f"Hone: rounds 1 to {results[-1].round}",
        lead=html.escape(_lead(results)),
        dark=drawings.DARK,
        figures="".join(figures),
        monitor=report_monitor.section(told.metrics),
        rewards=_rewards(told.measured),
        besides=_besides(told.metrics),
        arms=report_arms.section(told.arms),
        readings=report_readings.section(results),
        verdicts=_items(scoreboard.decisions(told.verdicts)),
        notes=scoreboard.NOTES,
        table=report_rounds.table(results),
    )
    with replacing_file(file) as fresh:
        fresh.write_text(page, encoding="utf-8")


def _rewards(measured: Mapping[int, report_rewards.Measured]) -> str:
    """The section on the newest round's reward models; nothing where none was measured."""
    if not measured:
        return ""
    newest = measured[max(measured)]
    return REWARDS.format(
        figures="".join(_figure(*parts) for parts in report_rewards.charts(measured)),
        table=report_rewards.table(newest),
        sentences=_items(report_rewards.sentences(newest)),
    )


def _besides(metrics: pd.DataFrame) -> str:
    """What the last round learned besides its best samples; nothing where nothing was asked for."""
    items = _items(report_besides.sentences(metrics))
    return f'<h2 style="margin-top:2rem">Learnt besides</h2><ul>{items}</ul>' if items else ""


def _items(sentences: Iterable[str]) -> str:
    return "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences)


def _lead(results: Sequence[RoundResult]) -> str:
    first, last = results[0], results[-1]
    if last.oracle_win_rate is None or last.unsafe_rate is None or first.unsafe_rate is None:
        return (
            f"The reward models prefer the last policy in {_percent(last.reward_model_win_rate)} of held-out "
            "prompts. No judge outside the training was asked."
        )
    low, high = _percent(last.oracle_win_rate_low), _percent(last.oracle_win_rate_high)
    return (
        "The oracle, a judge that knows what a good answer is and takes no part in training, prefers the "
        f"last policy to the first in {_percent(last.oracle_win_rate)} of held-out prompts "
        f"(95 % interval {low} to {high}, ties half). "
        f"Unsafe answers went from {_percent(first.unsafe_rate)} to {_percent(last.unsafe_rate)}."
    )


def _charts(
    results: Sequence[RoundResult], metrics: pd.DataFrame
) -> list[tuple[str, alt.TopLevelMixin, str]]:
    wins, faults = (
        pd.DataFrame(rates(results, names), columns=Rate.__slots__) for names in (WIN_RATES, FAULT_RATES)
    )
    caption = f"Held-out prompts, ties half. {BARS}"
    charts: list[tuple[str, Any, str]] = []
    if WIN_RATES["oracle_win_rate"] in set(wins["line"]):
        caption += " A reward model that rises while the oracle falls is being gamed."
    if not faults.empty:
        errors = drawings.error_rates(faults)
        charts.append(("Errors on held-out prompts", errors, f"{scoreboard.ERRORS} {BARS}"))
    charts.insert(0, ("Win rate against the first policy", drawings.win_rates(wins), caption))
    charts += rejection_drawings.charts(metrics)
    ppo = metrics[metrics["stage"] == "ppo"] if "stage" in metrics else metrics
    if (curve := drawings.curve(ppo, "reward", "Reward")) is not None:
        charts.append(("Reward while PPO ran", curve, "The last round, by iteration."))
    return charts


def _frontier(told: Told) -> tuple[str, Any, str]:
    """Every round's policy; by the oracle where there is one."""
    results, methods = told.results, told.methods
    refused = {number for number, verdict in told.verdicts.items() if not verdict.promoted}
    gold = any(result.oracle_win_rate is not None for result in results)
    rows = [
        {
            "kl": result.kl,
            **_win_rate(result, "oracle" if gold else "reward_model"),
            "name": f"{result.round} {methods.get(result.round, '')}".strip(),
            "refused": result.round in refused,
        }
        for result in results
    ]
    judge = "Oracle" if gold else "Reward model"
    caption = (
        f"Each round's policy, with its method; by the {judge.lower()}. Further left is nearer to the first "
        f"policy. {BARS}"
    )
    if refused:
        caption += " A hollow one was not promoted, so no later policy came of it."
    return "Win rate by distance", drawings.frontier(pd.DataFrame(rows), judge), caption


def _win_rate(result: RoundResult, judge: str) -> dict[str, float | None]:
    ends = {"win_rate": "", "low": "_low", "high": "_high"}
    return {name: getattr(result, f"{judge}_win_rate{end}") for name, end in ends.items()}


def _figure(title: str, chart: Any, caption: str) -> str:  # noqa: ANN401  # any of Altair's charts
    words = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure><h2>{html.escape(title)}</h2>{drawings.named_svg(chart, title)}{words}</figure>"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
