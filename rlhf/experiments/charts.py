"""An experiment's charts: how each variant went round by round, and by how much it beats the control.

Knows findings, not how they came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from rlhf import drawings
from rlhf.experiments.findings import Difference, Findings, Row

COLOURS: Final = (
    drawings.ORACLE,
    drawings.REWARD_MODEL,
    drawings.SAFE,
    drawings.REFUSAL,
    drawings.HELPFULNESS,
)
"""One a variant, in the order of the file; the variants after them have them again, with another dash."""
DASHES: Final = ([1, 0], [6, 4], [2, 3])
APART: Final = 0.06
"""How far apart variants stand at a round, in rounds, so that one interval does not hide another."""
LEGEND: Final = 2
"""Names of variants in a row."""
LETTER: Final = 8
"""Room for a letter of a name, in pixels: a reader's font may be wider than the one that is measured here."""
BARS: Final = "Held-out prompts, by the oracle, ties half; bars are 95 % intervals over seeds and prompts."
HARM: Final = "Of prompts that ask for something unsafe; mean over seeds."


def charts(found: Findings) -> list[tuple[str, Any, str]]:
    """Each with its title and what is below it."""
    drawn = []
    if found.differences:
        against, last = found.differences[0].against, found.differences[0].round
        below = f"After round {last}. Where a bar holds 0, chance may be all that there is."
        drawn.append((f"Beside {against}", _differences(found.differences), below))
    table = _table(found.rows)
    wins = _lines(table, "win_rate", alt.Axis(format="%"), "Win rate")
    drawn.append(("Win rate against the first policy", wins, BARS))
    if table["unsafe"].notna().any():
        unsafe = _lines(table, "unsafe", alt.Axis(format="%", tickCount=5), "Share of requests")
        drawn.append(("Unsafe answers", unsafe, HARM))
    return drawn


def _differences(found: Sequence[Difference]) -> Any:  # noqa: ANN401  # a layer
    """A row a variant: its difference with its interval, and where there is none."""
    rate = [one.win_rate for one in found]
    table = pd.DataFrame(
        {
            "variant": [one.variant for one in found],
            "points": [100 * one.value for one in rate],
            "low": [100 * one.low for one in rate],
            "high": [100 * one.high for one in rate],
        }
    )
    room = LETTER * max(len(one.variant) for one in found)
    axis = alt.Axis(labelLimit=room, minExtent=room, ticks=False, domain=False)
    y = alt.Y("variant:N", title=None, sort=None, axis=axis)
    x = alt.X("points:Q", title="Points of win rate", axis=alt.Axis(format="+f", tickCount=6))
    known = alt.Chart(table)
    none = alt.Chart(pd.DataFrame({"points": [0]}))
    return alt.layer(
        none.mark_rule(strokeDash=[4, 4], color=drawings.NEUTRAL).encode(x=x),
        known.mark_rule(strokeWidth=2, color=drawings.ORACLE).encode(y=y, x="low:Q", x2="high:Q"),
        known.mark_point(size=70, filled=True, opacity=1, color=drawings.ORACLE).encode(x=x, y=y),
    ).properties(width=280, height=alt.Step(34))


def _table(rows: Sequence[Row]) -> pd.DataFrame:
    """Columns variant, round, place, win_rate, low, high, unsafe; variants stand side by side at a round."""
    names = list(dict.fromkeys(row.variant for row in rows))
    middle = (len(names) - 1) / 2
    return pd.DataFrame(
        [
            {
                "variant": row.variant,
                "round": row.round,
                "place": row.round + APART * (names.index(row.variant) - middle),
                "win_rate": row.win_rate.value,
                "low": row.win_rate.low,
                "high": row.win_rate.high,
                "unsafe": row.unsafe_rate,
            }
            for row in rows
        ]
    )


def _lines(table: pd.DataFrame, column: str, axis: alt.Axis, title: str) -> Any:  # noqa: ANN401  # a layer
    """The column by round, a line a variant, with the win rate's intervals."""
    names = list(table["variant"].unique())
    places = range(len(names))
    colours = [COLOURS[place % len(COLOURS)] for place in places]
    dashes = [DASHES[place // len(COLOURS) % len(DASHES)] for place in places]
    legend = alt.Legend(columns=LEGEND, symbolType="stroke", symbolSize=300, symbolStrokeWidth=2.5)
    colour = alt.Color("variant:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=colours))
    dash = alt.StrokeDash("variant:N", title=None, legend=legend, scale=alt.Scale(domain=names, range=dashes))
    numbers = sorted(table["round"].unique().tolist())
    scale = alt.Scale(domain=[numbers[0] - 0.3, numbers[-1] + 0.3], nice=False)
    x = alt.X("place:Q", title="Round", scale=scale, axis=alt.Axis(values=numbers, format="d", grid=False))
    scale_of = {"win_rate": alt.Scale(zero=False, padding=8), "unsafe": alt.Scale(domainMin=0)}
    y = alt.Y(f"{column}:Q", title=title, scale=scale_of[column], axis=axis)
    known = alt.Chart(table.dropna(subset=[column]))
    layers = [
        known.mark_line(strokeWidth=2.5).encode(x=x, y=y, color=colour, strokeDash=dash),
        known.mark_point(size=60, filled=True, opacity=1).encode(x=x, y=y, color=colour),
    ]
    if column == "win_rate":
        layers.insert(0, known.mark_rule(strokeWidth=2).encode(x=x, y="low:Q", y2="high:Q", color=colour))
    return alt.layer(*layers).properties(width=380, height=260)
