"""The live leases: by id, by who holds them, and by when they end. Not safe for threads: the queue
locks.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from store.records import Lease, Purpose, Track


@dataclass(frozen=True, slots=True)
class Held:
    """A live lease and where its comparison stands."""

    lease: Lease
    track: Track
    batch_id: str
    purpose: Purpose = Purpose.TRAIN
    repeats: str | None = None


class Holds:
    """At most one live lease for each annotator and track."""

    def __init__(self) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_holder: dict[tuple[str, Track], str] = {}
        self._ends: list[tuple[datetime, str]] = []

    def __iter__(self) -> Iterator[Held]:
        return iter(self._by_id.values())

    def get(self, lease_id: str) -> Held | None:
        """The live lease with this id."""
        return self._by_id.get(lease_id)

    def of(self, annotator_id: str, track: Track) -> Held | None:
        """What the annotator holds on this track."""
        lease_id = self._by_holder.get((annotator_id, track))
        return None if lease_id is None else self._by_id[lease_id]

    def begin(self, held: Held) -> None:
        """Holds it; the annotator must hold nothing else on the track."""
        lease = held.lease
        self._by_id[lease.lease_id] = held
        self._by_holder[lease.annotator_id, held.track] = lease.lease_id
        heapq.heappush(self._ends, (lease.expires_at, lease.lease_id))

    def extend(self, held: Held, expires_at: datetime) -> Lease:
        """The lease, held until then."""
        lease = replace(held.lease, expires_at=expires_at)
        self._by_id[lease.lease_id] = replace(held, lease=lease)
        return lease

    def end(self, held: Held) -> None:
        """It is held no more."""
        del self._by_id[held.lease.lease_id]
        del self._by_holder[held.lease.annotator_id, held.track]

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
