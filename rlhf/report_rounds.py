"""Every round's figures as a table of the report."""

from __future__ import annotations

import html
from collections.abc import Sequence

from store import scoreboard
from store.rounds import RoundResult


def table(results: Sequence[RoundResult]) -> str:
    """A row a round, the first policy's first."""
    rows = [scoreboard.cells(result) for result in results]
    head = "".join(f"<th>{html.escape(words)}</th>" for words in rows[0])
    body = ("".join(f"<td>{_cell(cell)}</td>" for cell in row.values()) for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody><tr>{'</tr><tr>'.join(body)}</tr></tbody></table>"


def _cell(words: str) -> str:
    """A figure, and below it its interval where the page is narrow: neither is torn."""
    figure, bracket, interval = html.escape(words).partition(" (")
    return f"{figure} <span>({interval}</span>" if bracket else figure
