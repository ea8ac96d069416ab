"""How often an annotator is asked what only measures: gold answers and swapped repeats.

Drawn silently, by the hash of who is asked, how many they have answered and what would come otherwise, so
that no two annotators meet gold at the same places and none can foretell where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import Field

from store.identity import ID_LENGTH, identity
from store.records import Purpose, Track

Rate = Annotated[float, Field(ge=0, le=0.5)]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """`[queue]` in `hone.toml`."""

    gold_rate: Rate = 0.05
    """The share of an annotator's comparisons whose answer is known, where there are such."""
    swapped_rate: Rate = 0.02
    """The share that asks one of their own comparisons once more, with the sides swapped."""
    swapped_after: Annotated[int, Field(ge=1)] = 20
    """How many others come between a comparison and its swapped repeat, at least."""
    qualification: tuple[Track, ...] = ()
    """Tracks that only who passed a qualification may judge; whoever failed one may not in any case."""
    quotas: Mapping[str, Annotated[int, Field(ge=0)]] = field(default_factory=dict)
    """Labels wanted of a batch at most, by track, language or both: { safety = 500, "safety/de" = 90 }."""


DRAWN: Final = "drawn"


def share(*parts: object) -> float:
    """A number from 0 to 1 that follows from the parts and tells nothing of them."""
    return int(identity(*parts), 16) / 16**ID_LENGTH


Turn = tuple[str, int, str]
"""Who is asked, how many they have answered or skipped, and the comparison that comes if nothing is drawn."""


def draw(turn: Turn, settings: QueueSettings) -> Purpose:
    """What is asked at this turn, if there is such: gold, swapped or train."""
    place = share(DRAWN, turn)
    if place < settings.gold_rate:
        return Purpose.GOLD
    return Purpose.SWAPPED if place < settings.gold_rate + settings.swapped_rate else Purpose.TRAIN
