"""The report's charts of how the policies of all rounds stand beside each other."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from rlhf.drawings import HELPFULNESS, INK, NEUTRAL, ORACLE, REFUSAL, REWARD_MODEL, SAFE
from store.abreast import span
from store.records import Judge
from store.scoreboard import JUDGES

COLOURS = {
    Judge.GOLD: ORACLE,
    Judge.REWARD_MODELS: REWARD_MODEL,
    Judge.UNTRAINED: SAFE,
    Judge.LANGUAGE_MODEL: HELPFULNESS,
    Judge.PEOPLE: REFUSAL,
}


def two_axes(rows: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer, for which Altair has several types
    """How helpful and how harmless each round's policy is, a way a judge (Llama 2, figure 11): columns line,
    round, helpfulness and harmlessness, each also with `_low` and `_high`, in the order of rounds."""
    colour = _colour(rows)
    scale = alt.Scale(domain=span(rows.to_dict("records")), nice=False)
    x = alt.X("helpfulness:Q", title="Win rate on helpfulness", scale=scale, axis=alt.Axis(format="%"))
    y = alt.Y("harmlessness:Q", title="Win rate on safety", scale=scale, axis=alt.Axis(format="%"))
    every = alt.Chart(rows)
    half = alt.Chart(pd.DataFrame({"even": [0.5]})).mark_rule(strokeDash=[4, 4], color=NEUTRAL)
    return alt.layer(
        half.encode(x=alt.X("even:Q", scale=scale)),
        half.encode(y=alt.Y("even:Q", scale=scale)),
        every.mark_rule(strokeWidth=1, opacity=0.5).encode(
            x="helpfulness_low:Q", x2="helpfulness_high:Q", y=y, color=colour
        ),
        every.mark_rule(strokeWidth=1, opacity=0.5).encode(
            y="harmlessness_low:Q", y2="harmlessness_high:Q", x=x, color=colour
        ),
        every.mark_line(strokeWidth=2, opacity=0.5).encode(x=x, y=y, order="round:Q", color=colour),
        every.mark_point(size=70, filled=True, opacity=1).encode(x=x, y=y, color=colour),
        every.mark_text(dy=-12, dx=-10, fontSize=13, color=INK).encode(x=x, y=y, text="round:N"),
    ).properties(width=380, height=300)


def ratings(rows: pd.DataFrame) -> Any:  # noqa: ANN401  # a layer
    """Each policy's rating with its interval, a colour a judge: columns line, round, elo, low, high, in the
    order of rounds."""
    judges = [JUDGES[judge] for judge in COLOURS if JUDGES[judge] in set(rows["line"])]
    x = alt.X("round:O", title="Round", sort=None, axis=alt.Axis(labelAngle=0))
    beside = alt.XOffset("line:N", sort=judges)
    y = alt.Y("elo:Q", title="Elo", scale=alt.Scale(zero=False, padding=12))
    colour = _colour(rows)
    every = alt.Chart(rows)
    return alt.layer(
        every.mark_rule(strokeWidth=2).encode(x=x, xOffset=beside, y="low:Q", y2="high:Q", color=colour),
        every.mark_point(size=70, filled=True, opacity=1).encode(x=x, xOffset=beside, y=y, color=colour),
    ).properties(width=380, height=240)


def _colour(rows: pd.DataFrame) -> alt.Color:
    there = {JUDGES[judge]: colour for judge, colour in COLOURS.items() if JUDGES[judge] in set(rows["line"])}
    return alt.Color("line:N", title=None, scale=alt.Scale(domain=list(there), range=list(there.values())))
