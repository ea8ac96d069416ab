"""The report's charts of rejection sampling: what choosing among samples gains, and what the sweep found.

Knows the lines of a round's metrics, not how they came about.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from rlhf.drawings import HELPFULNESS, NICE, ORACLE, REFUSAL, REWARD_MODEL, SAFE, TICKS

COLOURS = [ORACLE, REWARD_MODEL, SAFE, REFUSAL, HELPFULNESS]
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])
"""Where the colours begin again, another dash tells the lines apart."""
LINES = {"mean_best": "Best", "mean_median": "Median"}
GAIN = (
    "The last round, mean over the prompts after the sweep's, where there are any. The gap is what choosing "
    "gains over taking any sample (Llama 2, Figure 7)."
)


def charts(metrics: pd.DataFrame) -> list[tuple[str, Any, str]]:
    """Title, chart and caption of each; none where no samples were drawn."""
    stage = metrics[metrics["stage"] == "reject"] if "stage" in metrics else metrics
    drawn = []
    several = "swept_best" in stage and stage.dropna(subset=["swept_best"])["temperature"].nunique() > 1
    if "mean_best" in stage:
        gains = stage.dropna(subset=["mean_best"]).rename(columns=LINES)
        long = gains.melt("step", list(LINES.values()), "line", "value")
        note = GAIN if several or "chosen_samples" not in stage else f"{GAIN} {_chosen(stage)}"
        drawn.append(("What choosing among samples gains", _lines(long, "Reward"), note))
    if several:
        swept = stage.dropna(subset=["swept_best"])
        named = swept.assign(line=swept["temperature"].map("{:g}".format))
        long = named.rename(columns={"swept_best": "value"})
        drawn.append(("Temperatures that were tried", _lines(long, "Mean best reward"), _chosen(stage)))
    return drawn


def _lines(long: pd.DataFrame, title: str) -> alt.Chart:
    """Columns step, value and line, one colour a line."""
    whole = alt.Axis(format="d", tickCount=6, tickMinStep=1, grid=False)
    names = list(dict.fromkeys(long["line"]))
    scale = alt.Scale(domain=names, range=COLOURS)
    dashes = [DASHES[at // len(COLOURS) % len(DASHES)] for at in range(len(names))]
    return (
        alt.Chart(long[["step", "value", "line"]])
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=25))
        .encode(
            x=alt.X("step:Q", title="Samples a prompt", axis=whole, scale=alt.Scale(zero=False, nice=False)),
            y=alt.Y("value:Q", title=title, scale=NICE, axis=alt.Axis(tickCount=TICKS)),
            color=alt.Color("line:N", title=None, scale=scale),
            strokeDash=alt.StrokeDash("line:N", title=None, scale=alt.Scale(domain=names, range=dashes)),
        )
        .properties(width=380, height=200)
    )


def _chosen(stage: pd.DataFrame) -> str:
    """What the sweep decided."""
    chosen = stage.dropna(subset=["chosen_samples"]).iloc[-1]
    samples, temperature = int(chosen["chosen_samples"]), chosen["chosen_temperature"]
    words = "1 sample" if samples == 1 else f"{samples} samples"
    return f"On the first prompts. Chosen were temperature {temperature:g} and {words} a prompt."
