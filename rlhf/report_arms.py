"""The report's section on what the round before asked: whether its selection found more than chance did.

Knows the counts of each arm, not how the comparisons were chosen.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from store.arms import ArmFound, verdict
from store.intervals import Interval

SECTION: Final = """<h2 style="margin-top:2rem">Was the choice of comparisons worth it?</h2>
<p>{verdict}</p>
<div class="table">{table}</div>
<p class="quiet">{meant}</p>
"""
COLUMNS: Final = ("Chosen by", "Asked", "Labelled", "Labels", "Decisive", "Model wrong", "Corrections")
MEANT: Final = (
    "Of the comparisons that the round before asked, those that have a label by now, with 95 % intervals. A "
    "correction is a decisive label (slightly better or more) against the reward model that spoke for them "
    "in that round; diversity and chance asked none which to choose. Wrong counts any preference against it, "
    "near ties among them, which nobody can tell apart. Chance drew from the same candidates. What the next "
    "reward models learned of either is not told: they learn from both."
)


def section(arms: Sequence[ArmFound]) -> str:
    """Verdict, table and what is meant; nothing where all was asked by chance."""
    said = verdict(arms)
    if not said:
        return ""
    head = "".join(f"<th>{html.escape(words)}</th>" for words in COLUMNS)
    body = "".join(f"<tr>{_row(one)}</tr>" for one in arms)
    table = f"<table class='named'><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return SECTION.format(verdict=html.escape(said), table=table, meant=html.escape(MEANT))


def _row(one: ArmFound) -> str:
    name = "chance" if one.arm.value == "random" else one.arm.value
    cells = (
        f"{one.asked:,}",
        f"{one.labelled:,}",
        f"{one.labels:,}",
        _share(one.decisive_share, one.labelled),
        _share(one.wrong_share, one.preferred),
        _share(one.corrected_share, one.labelled),
    )
    return f"<th scope='row'>{name.capitalize()}</th>" + "".join(f"<td>{cell}</td>" for cell in cells)


def _share(share: Interval, of: int) -> str:
    if not of:
        return "–"
    return f"{share.value:.1%} ({share.low:.1%} to {share.high:.1%}) of {of:,}"
