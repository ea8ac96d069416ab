"""What a comparison asks, kept for a while: neither its conversation nor its responses ever change.

The browser is sent the next comparison together with the present one, so each is wanted twice and more; and
people go down the same line.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from duckdb import DuckDBPyConnection

from store import comparisons, prompts, responses
from store.database import Store
from store.records import Turn

MOST: Final = 1000
"""Comparisons that are kept of a store: what some hundreds of annotators have before them."""
AHEAD: Final = 15
"""So many that come next in line are read with one that is not at hand: one look-up for them all takes
little longer than one for one."""
LONGEST: Final = 20_000
"""Characters of one that is kept: all together take some tens of megabytes at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The conversation, and the responses in the order in which they are stored."""

    turns: tuple[Turn, ...]
    responses: tuple[str, ...]

    @property
    def length(self) -> int:
        """How many characters they have."""
        return sum(map(len, self.responses)) + sum(len(turn.content) for turn in self.turns)


_kept: WeakKeyDictionary[Store, OrderedDict[str, Texts]] = WeakKeyDictionary()
_lock = threading.Lock()


def texts(store: Store, db: DuckDBPyConnection, comparison_id: str) -> Texts:
    """Those of a comparison that is there; where they are not at hand, those that come next are read too."""
    with _lock:
        kept = _kept.setdefault(store, OrderedDict())
        if comparison_id in kept:
            kept.move_to_end(comparison_id)
            return kept[comparison_id]
        wanted = [comparison_id, *(one for one in store.queue.after(comparison_id, AHEAD) if one not in kept)]
    found = _read(db, wanted)
    with _lock:
        kept.update((one, texts) for one, texts in found.items() if texts.length <= LONGEST)
        while len(kept) > MOST:
            kept.popitem(last=False)
    return found[comparison_id]


def _read(db: DuckDBPyConnection, comparison_ids: list[str]) -> dict[str, Texts]:
    """A comparison is taken in only with its prompt and its responses, so all of them are there."""
    asked = comparisons.asked(db, comparison_ids)
    turns = prompts.turns(db, sorted({one.prompt_id for one in asked}))
    words = responses.texts(db, sorted({response for one in asked for response in one.response_ids}))
    return {
        one.comparison_id: Texts(
            turns=turns[one.prompt_id], responses=tuple(words[response] for response in one.response_ids)
        )
        for one in asked
    }
