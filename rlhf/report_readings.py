"""The report's section on a language model that judged: whether order or length moved it. Knows rows."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from store.readings import sentences
from store.rounds import RoundResult

TITLE: Final = "Does the order of the answers, or their length, move the language model?"


def section(results: Sequence[RoundResult]) -> str:
    """On the newest round, with 95 % intervals; nothing where no language model judged it."""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in sentences(results[-1].readings))
    return f'<h2 style="margin-top:2rem">{TITLE}</h2><ul>{items}</ul>' if items else ""
