"""How much each annotator has done and has left in each batch, counted as things change.

Not safe for threads: the queue locks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from store.line import Item, Stream


@dataclass(frozen=True, slots=True)
class Quota:
    """How many labels of a batch are wanted of a track, a language or both."""

    name: str
    most: int

    def covers(self, stream: Stream) -> bool:
        """Whether the stream's labels count towards it."""
        track, language = stream
        return self.name in {track.value, language, f"{track}/{language}"}


class Tally:
    """Counts by batch and stream: open items, those an annotator may not judge, labels collected and done."""

    def __init__(self, quotas: Mapping[str, int]) -> None:
        self._quotas = [Quota(name, most) for name, most in quotas.items()]
        self._open: defaultdict[str, Counter[Stream]] = defaultdict(Counter)
        self._closed_to: Counter[tuple[str, str, Stream]] = Counter()
        self._collected: dict[str, Counter[Stream]] = {}
        self._done: Counter[tuple[str, str]] = Counter()

    def opened(self, item: Item, by: int = 1) -> None:
        """The item has just become open (or, by -1, is no longer)."""
        self._open[item.batch_id][item.stream] += by
        for annotator_id in item.seen:
            self._closed_to[annotator_id, item.batch_id, item.stream] += by

    def see(self, item: Item, annotator_id: str) -> None:
        """This annotator may not judge the item any more."""
        if annotator_id not in item.seen:
            item.seen = {*item.seen, annotator_id}
            self._closed_to[annotator_id, item.batch_id, item.stream] += item.is_open

    def forget(self, item: Item, annotator_id: str) -> None:
        """This annotator may judge the item again."""
        if annotator_id in item.seen:
            item.seen = item.seen - {annotator_id}
            self._closed_to[annotator_id, item.batch_id, item.stream] -= item.is_open

    def collect(self, batch_id: str, stream: Stream, by: int) -> None:
        """So many more labels of the stream are there or being given."""
        self._collected.setdefault(batch_id, Counter())[stream] += by

    def work(self, annotator_id: str, batch_id: str, by: int = 1) -> None:
        """This annotator's labels in the batch."""
        self._done[annotator_id, batch_id] += by

    def done(self, annotator_id: str, batch_id: str) -> int:
        """How many labels of theirs stand in the batch."""
        return self._done[annotator_id, batch_id]

    def full(self, batch_id: str, stream: Stream) -> Quota | None:
        """The quota that lets no more of the stream's labels into the batch."""
        return next((one for one in self._over(stream) if self._room(batch_id, one) <= 0), None)

    def left(self, annotator_id: str, batch_id: str, streams: Collection[Stream]) -> int:
        """How many items of the batch are open to them in these streams, quotas counted."""
        there = self._open.get(batch_id, Counter())
        left = 0
        for stream in streams:
            beside = there[stream] - self._closed_to[annotator_id, batch_id, stream]
            rooms = (max(self._room(batch_id, one), 0) for one in self._over(stream))
            left += min([beside, *rooms])
        return left

    def waiting(self) -> Iterator[tuple[str, Stream]]:
        """The batches and streams that have open items."""
        for batch_id, counted in self._open.items():
            yield from ((batch_id, stream) for stream, count in counted.items() if count > 0)

    def beside(self, annotator_id: str, batch_id: str, stream: Stream) -> int:
        """How many open items they have not seen, whoever may judge them."""
        return self._open[batch_id][stream] - self._closed_to[annotator_id, batch_id, stream]

    def open_count(self) -> int:
        """How many items are open at all."""
        return sum(counted.total() for counted in self._open.values())

    def _over(self, stream: Stream) -> list[Quota]:
        return [one for one in self._quotas if one.covers(stream)]

    def _room(self, batch_id: str, quota: Quota) -> int:
        collected = self._collected.get(batch_id, Counter())
        return quota.most - sum(count for stream, count in collected.items() if quota.covers(stream))
