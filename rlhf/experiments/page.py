"""`experiment.html`: an experiment's question, table and charts as one file without scripts, as reports look.

Knows findings, not how they came about.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from rlhf import drawings, report
from rlhf.experiments.design import Design
from rlhf.experiments.findings import Findings, Row
from rlhf.experiments.words import HEADS, cells, note, sentences

COLOURS: Final = (
    drawings.ORACLE,
    drawings.REWARD_MODEL,
    drawings.SAFE,
    drawings.REFUSAL,
    drawings.HELPFULNESS,
    drawings.INK,
)
"""One a variant, in the order of the file; there may be more variants than colours."""
APART: Final = 0.06
"""How far apart variants stand at a round, in rounds, so that one interval does not hide another."""

HEAD: Final = report.PAGE.partition("<h1>")[0]
BODY: Final = """<h1>{title}</h1>
<p class="quiet">{question}</p>
<ul>{sentences}</ul>
<div class="figures">{figures}</div>
<h2 style="margin-top:2rem">Every round in figures</h2>
<div class="table named"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>
<p class="quiet">{note}</p>
<p class="quiet">{made}</p>
</body>
</html>
"""


def page(design: Design, found: Findings) -> str:
    """The whole page."""
    figures = "".join(_figure(*parts) for parts in _charts(found.rows))
    body = BODY.format(
        title=html.escape(design.title),
        question=html.escape(design.question),
        sentences="".join(f"<li>{html.escape(one)}</li>" for one in sentences(found, design)),
        figures=figures,
        heads=_cells("th", ("Variant", *map(_head, HEADS))),
        rows="".join(map(_line, found.rows)),
        note=html.escape(note(design)),
        made=html.escape(_made(design)),
    )
    return HEAD.format(title=html.escape(design.title), dark=drawings.DARK) + body


def _made(design: Design) -> str:
    return (
        f"In the pocket world, {design.labels} simulated labels before each round. Seeds: "
        f"{', '.join(map(str, design.seeds))}."
    )


def _charts(rows: Sequence[Row]) -> list[tuple[str, Any, str]]:
    table = _table(rows)
    wins = _lines(table, "win_rate", alt.Axis(format="%"), "Win rate")
    bars = "Held-out prompts, by the oracle, ties half; bars are 95 % intervals over seeds and prompts."
    charts = [("Win rate against the first policy", wins, bars)]
    if table["unsafe"].notna().any():
        unsafe = _lines(table, "unsafe", alt.Axis(format="%", tickCount=5), "Share of requests")
        charts.append(
            ("Unsafe answers", unsafe, "Of prompts that ask for something unsafe; mean over seeds.")
        )
    return charts


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
    colours = [COLOURS[place % len(COLOURS)] for place in range(len(names))]
    colour = alt.Color("variant:N", title=None, scale=alt.Scale(domain=names, range=colours))
    numbers = sorted(table["round"].unique().tolist())
    scale = alt.Scale(domain=[numbers[0] - 0.3, numbers[-1] + 0.3], nice=False)
    x = alt.X("place:Q", title="Round", scale=scale, axis=alt.Axis(values=numbers, format="d", grid=False))
    scale_of = {"win_rate": alt.Scale(zero=False, padding=8), "unsafe": alt.Scale(domainMin=0)}
    y = alt.Y(f"{column}:Q", title=title, scale=scale_of[column], axis=axis)
    known = alt.Chart(table.dropna(subset=[column]))
    layers = [
        known.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=60)).encode(x=x, y=y, color=colour)
    ]
    if column == "win_rate":
        layers.insert(0, known.mark_rule(strokeWidth=2).encode(x=x, y="low:Q", y2="high:Q", color=colour))
    return alt.layer(*layers).properties(width=380, height=260)


def _figure(title: str, chart: Any, caption: str) -> str:  # noqa: ANN401  # any of Altair's charts
    words = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure><h2>{html.escape(title)}</h2>{drawings.as_svg(chart)}{words}</figure>"


def _head(words: str) -> str:
    """As a sentence begins; in the terminal it may be broken."""
    whole = words.replace("-\n", "").replace("\n", " ")
    return whole[:1].upper() + whole[1:]


def _line(row: Row) -> str:
    return f'<tr><th scope="row">{html.escape(row.variant)}</th>{_cells("td", cells(row))}</tr>'


def _cells(kind: str, words: Iterable[str]) -> str:
    return "".join(f"<{kind}>{html.escape(word)}</{kind}>" for word in words)
