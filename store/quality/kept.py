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
from store.rows import rows
from store.suspicion.evidence import Truths

SLACK: Final = 0.01
"""The share of all that was said by which it may grow before everything is reckoned anew."""

# What is never waited with, for who does it looks for it at once: models that score labels, and the labels
# that somebody voids.
DONE = """
select (select count(*) from label_scores) as scored,
       (select count(*)
        from   retractions
        join   labels using (label_id)
        where  retractions.annotator_id <> labels.annotator_id) as voided
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    scored: int
    voided: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Kept:
    said: int
    done: _Done
    appraised: Appraised


_kept: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def appraised(store: Store, db: DuckDBPyConnection) -> Appraised:
    """As it stands now, or nearly."""
    said, (done,) = outlook.spoken(db).total, rows(db.execute(DONE), _Done)
    with _lock:
        last = _kept.get(store)
    if last and last.done == done and said - last.said <= SLACK * last.said:
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
        _kept[store] = _Kept(said=said, done=done, appraised=found)
    return found
