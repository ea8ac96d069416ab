"""How much each annotator has done and has left in each batch, counted as things change.

Not safe for threads: the queue locks.
"""

from __future__ import annotations

from collections import Counter

from store.line import Item


class Tally:
    """Counts of open items a batch, of those an annotator may not judge, and of labels done."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._closed_to: Counter[tuple[str, str]] = Counter()
        self._done: Counter[tuple[str, str]] = Counter()

    def opened(self, item: Item, by: int = 1) -> None:
        """The item has just become open (or, by -1, is no longer)."""
        self._open[item.batch_id] += by
        for annotator_id in item.seen:
            self._closed_to[annotator_id, item.batch_id] += by

    def see(self, item: Item, annotator_id: str) -> None:
        """This annotator may not judge the item any more."""
        if annotator_id not in item.seen:
            item.seen.add(annotator_id)
            self._closed_to[annotator_id, item.batch_id] += item.need > 0

    def forget(self, item: Item, annotator_id: str) -> None:
        """This annotator may judge the item again."""
        if annotator_id in item.seen:
            item.seen.discard(annotator_id)
            self._closed_to[annotator_id, item.batch_id] -= item.need > 0

    def work(self, annotator_id: str, batch_id: str, by: int = 1) -> None:
        """This annotator's labels in the batch."""
        self._done[annotator_id, batch_id] += by

    def done(self, annotator_id: str, batch_id: str) -> int:
        """How many labels of theirs stand in the batch."""
        return self._done[annotator_id, batch_id]

    def left(self, annotator_id: str, batch_id: str) -> int:
        """How many items of the batch are open to them."""
        return self._open[batch_id] - self._closed_to[annotator_id, batch_id]

    def open_count(self) -> int:
        """How many items are open at all."""
        return self._open.total()
