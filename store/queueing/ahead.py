"""Leases taken ahead of their turn and not written yet: they go with what their annotator does next.

One transaction a label instead of two. What is lost with the process was never answered, and is leased again.
What one annotator does comes one at a time (`store.turns`), so nothing is locked here.
"""

from __future__ import annotations

from collections.abc import Collection

from store.records import Fact, Lease


class Ahead:
    """Facts by annotator, in the order in which they are to be written."""

    def __init__(self) -> None:
        self._facts: dict[str, tuple[Fact, ...]] = {}

    def put(self, annotator_id: str, *facts: Fact) -> None:
        """These are written with what the annotator does next."""
        self._facts[annotator_id] = (*self.of(annotator_id), *facts)

    def of(self, annotator_id: str) -> tuple[Fact, ...]:
        """What is still to be written."""
        return self._facts.get(annotator_id, ())

    def has(self, lease: Lease) -> bool:
        """Whether this lease is still to be written."""
        ids = {fact.lease_id for fact in self.of(lease.annotator_id) if isinstance(fact, Lease)}
        return lease.lease_id in ids

    def settle(self, annotator_id: str, written: Collection[Fact]) -> None:
        """These are written."""
        left = tuple(fact for fact in self.of(annotator_id) if fact not in written)
        if left:
            self._facts[annotator_id] = left
        else:
            self._facts.pop(annotator_id, None)
