"""What all labels together say of each, kept of a store for a short while and while little was said since: of
many labels it takes seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
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
PATIENCE: Final = 10
"""How many times as long as the reckoning took may pass before, with anything said since, it is done anew."""

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
    until: float

    def holds(self, said: int, done: _Done) -> bool:
        """Whether it is as good as reckoned anew: nothing was said since, or little, and not long ago."""
        if said == self.said:
            return self.done == done
        return self.done == done and said - self.said <= SLACK * self.said and monotonic() < self.until


_kept: WeakKeyDictionary[Store, _Kept] = WeakKeyDictionary()
_lock = threading.Lock()


def appraised(store: Store, db: DuckDBPyConnection) -> Appraised:
    """As it stands now, or nearly."""
    said, (done,) = outlook.spoken(db).total, rows(db.execute(DONE), _Done)
    with _lock:
        last = _kept.get(store)
    if last and last.holds(said, done):
        return last.appraised
    begun = monotonic()
    ballots = read(db)
    belief = believe(ballots)
    found = Appraised(
        ballots=ballots,
        belief=belief,
        doubts=doubts(ballots, belief),
        numbers={name: number for number, name in enumerate(ballots.labels.names)},
    )
    ended = monotonic()
    until = ended + PATIENCE * (ended - begun)
    with _lock:
        _kept[store] = _Kept(said=said, done=done, appraised=found, until=until)
    return found
