"""Figures of rounds as tables for charts, one tidy row a point. Knows the numbers, not how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import pandas as pd

from store.monitor import Point, Step
from store.rates import rates
from store.rounds import Metric, RoundResult, Verdict
from store.scoreboard import ROUND, cells

POLICY = "Policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A chart of a round while it runs: which numbers of which stages, and the name of each line; `note` is
    what to know of it."""

    title: str
    steps: str
    unit: str
    lines: Mapping[tuple[str, str], str]
    note: str = ""


CURVES = (
    Curve(
        title="Reward while PPO runs",
        steps="Iteration",
        unit="Score",
        lines={("ppo", "reward"): "Training", ("ppo", "held_out_reward"): "Held-out"},
    ),
    Curve(
        title="Loss of the reward models",
        steps="Step",
        unit="Loss",
        lines={("reward_helpfulness", "loss"): "Helpfulness", ("reward_safety", "loss"): "Safety"},
    ),
)


GAIN = Curve(
    title="What choosing among samples gains",
    steps="Samples a prompt",
    unit="Reward",
    lines={("reject", "mean_best"): "Best", ("reject", "mean_median"): "Median"},
    note="Mean over the prompts after the sweep's, where there are any. The gap is what choosing gains over "
    "taking any sample.",
)
SWEEP = Curve(
    title="Temperatures that were tried", steps="Samples a prompt", unit="Mean best reward", lines={}
)


def drawn(metrics: Sequence[Metric]) -> list[tuple[Curve, pd.DataFrame]]:
    """The curves of which there is something to draw, each with its table."""
    sweep, chosen = sweep_table(metrics), _chosen(metrics)
    gain = GAIN
    if sweep["line"].nunique() < 2:  # nothing was tried beside it, so what was chosen is told elsewhere
        sweep, gain = sweep[:0], replace(GAIN, note=f"{GAIN.note} {chosen}".strip())
    curves = [(curve, curve_table(metrics, curve)) for curve in (*CURVES, gain)]
    curves.append((replace(SWEEP, note=chosen), sweep))
    return [(curve, table) for curve, table in curves if not table.empty]


def sweep_table(metrics: Sequence[Metric]) -> pd.DataFrame:
    """Columns step, line, value: the best of so many samples, a line a temperature."""
    points = [
        {
            "step": metric.step,
            "line": f"{metric.numbers['temperature']:g}",
            "value": metric.numbers["swept_best"],
        }
        for metric in metrics
        if metric.stage == "reject" and "swept_best" in metric.numbers
    ]
    return pd.DataFrame(points, columns=["step", "line", "value"])


def _chosen(metrics: Sequence[Metric]) -> str:
    """What the sweep decided, if it has."""
    for metric in metrics:
        if metric.stage == "reject" and "chosen_samples" in metric.numbers:
            samples, temperature = (metric.numbers[f"chosen_{name}"] for name in ("samples", "temperature"))
            words = "1 sample" if samples == 1 else f"{samples:.0f} samples"
            return f"Chosen on the first prompts: temperature {temperature:g}, {words} a prompt."
    return ""


def curve_table(metrics: Sequence[Metric], curve: Curve) -> pd.DataFrame:
    """Columns step, line, value."""
    points = [
        {"step": metric.step, "line": line, "value": metric.numbers[number]}
        for (stage, number), line in curve.lines.items()
        for metric in metrics
        if metric.stage == stage and number in metric.numbers
    ]
    return pd.DataFrame(points, columns=["step", "line", "value"])


def ppo_steps(metrics: Sequence[Metric]) -> list[Step]:
    """PPO's lines, by iteration."""
    return [(metric.step, metric.numbers) for metric in metrics if metric.stage == "ppo"]


def point_table(points: Sequence[Point]) -> pd.DataFrame:
    """Columns line, step, x, value, low, high, told; the interval is empty where none is known."""
    names = [*(one.name for one in fields(Point)), "told"]
    return pd.DataFrame({name: [getattr(point, name) for point in points] for name in names})


def described(title: str, table: pd.DataFrame, value: str = "value") -> str:
    """A chart for who does not see it: its title, and of each line of the table the last number."""
    last = table.groupby("line", sort=False)[value].last()
    return f"{title}. Last: " + ", ".join(f"{line} {number:.3g}" for line, number in last.items())


def rate_table(results: Sequence[RoundResult], names: Mapping[str, str]) -> pd.DataFrame:
    """Columns round, line, rate, low, high; the interval is empty where none is known."""
    return pd.DataFrame(rates(results, names), columns=["round", "line", "rate", "low", "high"])


def results_table(results: Sequence[RoundResult], verdicts: Mapping[int, Verdict]) -> pd.DataFrame:
    """The rounds' rows as the screen shows them, the newest first; what nobody could say is a dash."""
    return pd.DataFrame([_row(result, verdicts.get(result.round)) for result in reversed(results)])


def _row(result: RoundResult, verdict: Verdict | None) -> dict[str, str]:
    row = cells(result)
    decided = "–" if verdict is None else "Promoted" if verdict.promoted else "Not promoted"
    return {ROUND: row.pop(ROUND), POLICY: decided, **row}
