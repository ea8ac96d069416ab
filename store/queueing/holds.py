"""The live leases: by id, by who holds them, and by when they end.

Not safe for threads: the queue locks.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from store.queueing.line import form_of
from store.records import Form, Lease, Purpose, Track


@dataclass(frozen=True, slots=True)
class Held:
    """A live lease and where its comparison stands.

    What is held `apart`, a pair of one's own chat, is not given to who asks for something to judge.
    """

    lease: Lease
    track: Track
    batch_id: str
    purpose: Purpose = Purpose.TRAIN
    repeats: str | None = None
    apart: bool = False

    @property
    def form(self) -> Form:
        """How its comparison is judged."""
        return form_of(len(self.lease.shown_order))


class Holds:
    """The live leases of each annotator, in the order in which they were taken."""

    def __init__(self) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_holder: defaultdict[str, list[str]] = defaultdict(list)
        self._ends: list[tuple[datetime, str]] = []

    def __iter__(self) -> Iterator[Held]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, lease_id: str) -> Held | None:
        """The live lease with this id."""
        return self._by_id.get(lease_id)

    def of(self, annotator_id: str) -> list[Held]:
        """What the annotator holds, the first taken first."""
        held = [self._by_id[lease_id] for lease_id in self._by_holder.get(annotator_id, ())]
        return sorted(held, key=lambda one: (one.lease.made_at, one.lease.lease_id))

    def begin(self, held: Held) -> None:
        """Holds it."""
        lease = held.lease
        self._by_id[lease.lease_id] = held
        self._by_holder[lease.annotator_id].append(lease.lease_id)
        heapq.heappush(self._ends, (lease.expires_at, lease.lease_id))

    def extend(self, held: Held, expires_at: datetime) -> Lease:
        """The lease, held until then."""
        lease = replace(held.lease, expires_at=expires_at)
        self._by_id[lease.lease_id] = replace(held, lease=lease)
        return lease

    def end(self, held: Held) -> None:
        """It is held no more."""
        del self._by_id[held.lease.lease_id]
        self._by_holder[held.lease.annotator_id].remove(held.lease.lease_id)

    def overdue(self, moment: datetime) -> list[Held]:
        """The leases whose time is over, the first to end first; each is told once."""
        over: dict[str, Held] = {}  # by id: a lease that began twice ends once
        while self._ends and self._ends[0][0] <= moment:
            _, lease_id = heapq.heappop(self._ends)
            held = self._by_id.get(lease_id)
            if held is not None and held.lease.expires_at <= moment:
                over[lease_id] = held
            elif held is not None:
                heapq.heappush(self._ends, (held.lease.expires_at, lease_id))
        return list(over.values())
