"""`experiment.html`: an experiment's question, table and charts as one file without scripts, as reports look.

Knows findings, not how they came about.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any, Final

from rlhf import drawings, report
from rlhf.experiments.charts import charts
from rlhf.experiments.design import Design
from rlhf.experiments.findings import Findings, Row
from rlhf.experiments.words import HEADS, cells, note, sentences

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
    figures = "".join(_figure(*parts) for parts in charts(found))
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


def _figure(title: str, chart: Any, caption: str) -> str:  # noqa: ANN401  # any of Altair's charts
    words = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f"<figure><h2>{html.escape(title)}</h2>{drawings.named_svg(chart, title)}{words}</figure>"


def _head(words: str) -> str:
    """As a sentence begins; in the terminal it may be broken."""
    whole = words.replace("-\n", "").replace("\n", " ")
    return whole[:1].upper() + whole[1:]


def _line(row: Row) -> str:
    return f'<tr><th scope="row">{html.escape(row.variant)}</th>{_cells("td", cells(row))}</tr>'


def _cells(kind: str, words: Iterable[str]) -> str:
    return "".join(f"<{kind}>{html.escape(word)}</{kind}>" for word in words)
