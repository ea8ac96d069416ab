"""The colour of each line of a chart, on a light and on a dark page: fixed here for the pages and the report.

Knows names and colours, not charts. Each idea has one colour, so the oracle is blue wherever it is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Colour:
    """One hue as light pages and as dark pages have it."""

    light: str
    dark: str


BLUE: Final = Colour(light="#2f66b3", dark="#8db4f2")
BROWN: Final = Colour(light="#a04c16", dark="#e0a36b")
TEAL: Final = Colour(light="#1b6e74", dark="#74c3c9")
VIOLET: Final = Colour(light="#7a3b8f", dark="#c39ad6")
GREEN: Final = Colour(light="#4c7a34", dark="#9cc97e")
GREY: Final = Colour(light="#8a8378", dark="#b5aea3")
PALETTE: Final = (BLUE, BROWN, TEAL, VIOLET, GREEN, GREY)
"""Readable without colour vision beside each other; blue and brown, of equal lightness, also stand for A and
B, and for the first and the second line of a chart whose lines have no colour of their own."""

SERIES: Final = {
    "Oracle": BLUE,
    "Reward model": BROWN,
    "Reward, trained against": BROWN,
    "Held-back reward models": VIOLET,
    "Helpfulness": TEAL,
    "Safety": VIOLET,
    "Unsafe": VIOLET,
    "False refusals": GREEN,
    "Training": BLUE,
    "Held-out": BROWN,
    "Best": BLUE,
    "Median": BROWN,
    "Words": BLUE,
    "Pairs": BROWN,
}
"""By the name that people read, as charts in English have it."""


def in_palette(lines: Mapping[str, str]) -> list[str]:
    """Lines, as they are shown, in the order of the palette, each at the place of its name's colour, and
    blanks between them; those of no colour of their own as they come."""
    if not SERIES.keys() >= set(lines.values()):
        return list(lines)
    at = {SERIES[name]: line for line, name in lines.items()}
    return [at.get(colour, " " * place) for place, colour in enumerate(PALETTE, start=1)]
