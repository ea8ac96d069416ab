"""What all labels together say of each, kept of a store while little was said since: of many labels it takes
seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from duckdb import DuckDBPyConnection

from store import outlook
from store.database import Store
from store.quality.ballots import Ballots, read
from store.quality.belief import Belief, believe
from store.quality.doubts import Doubts, doubts
from store.rows import number
from store.suspicion.evidence import Truths

SLACK: Final = 0.01
"""The share of all labels by which their number may grow before everything is reckoned anew."""

SCORED = """
select count(*) from label_scores
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Appraised:
    """Every label that stood then, what all of them say of annotators, and of each label; `numbers` are those
    of labels by their ids."""

    ballots: Ballots
    belief: Belief
    doubts: Doubts
    numbers: Mapping[str, int]

    def labels(self, names: Iterable[str]) -> Truths:
        """Whether each label is one of these [L]."""
        found = np.zeros(len(self.numbers), dtype=bool)
        found[[self.numbers[name] for name in names if name in self.numbers]] = True
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kept:
    said: int
    scored: int
    appraised: Appraised


_kept: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def appraised(store: Store, db: DuckDBPyConnection) -> Appraised:
    """As it stands now, or nearly."""
    said, scored = outlook.spoken(db).total, number(db.execute(SCORED))
    with _lock:
        last = _kept.get(store)
    if last and last.scored == scored and said - last.said <= SLACK * last.said:
        return last.appraised
    ballots = read(db)
    belief = believe(ballots)
    found = Appraised(
        ballots=ballots,
        belief=belief,
        doubts=doubts(ballots, belief),
        numbers={name: number for number, name in enumerate(ballots.labels.names)},
    )
    with _lock:
        _kept[store] = _Kept(said=said, scored=scored, appraised=found)
    return found
