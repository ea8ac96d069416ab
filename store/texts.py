"""What a comparison asks, kept for a while: neither its conversation nor its responses ever change.

The browser is sent the next comparison together with the present one, so each is wanted twice and more.
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
    """Those of a comparison that is there; read by their keys where they are not at hand."""
    with _lock:
        kept = _kept.setdefault(store, OrderedDict())
        if comparison_id in kept:
            kept.move_to_end(comparison_id)
            return kept[comparison_id]
    found = _read(db, comparison_id)
    if found.length > LONGEST:
        return found
    with _lock:
        kept[comparison_id] = found
        while len(kept) > MOST:
            kept.popitem(last=False)
    return found


def _read(db: DuckDBPyConnection, comparison_id: str) -> Texts:
    comparison = comparisons.by_id(db, comparison_id)
    assert comparison is not None  # noqa: S101  # the queue holds only comparisons that are there
    prompt = prompts.by_id(db, comparison.prompt_id)
    assert prompt is not None  # noqa: S101  # a comparison is taken in only with its prompt
    return Texts(
        turns=prompt.turns, responses=tuple(responses.text(db, one) for one in comparison.response_ids)
    )
