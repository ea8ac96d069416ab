"""Pieces of a model card in Markdown: somebody's words as code, of which no reader makes anything; tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

BAR: Final = "\\|"


def code(text: str) -> str:
    """Somebody's words on one line as code."""
    words = " ".join(text.split()) or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", words)), default=0))
    return f"{fence} {words} {fence}" if "`" in words else f"{fence}{words}{fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where it has no row. A bar parts cells, in code too, unless it is escaped."""
    lines = [f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |" for row in rows]
    return "\n".join((f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines)) if lines else ""
