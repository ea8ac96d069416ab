"""How much each annotator has done and has left in each batch, counted as things change.

Not safe for threads: the queue locks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product

from store.queueing.line import Item, Lane, Stream
from store.records import Form, Track


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
    """Counts by lane: open items, those an annotator may not judge, labels collected and done."""

    def __init__(self, quotas: Mapping[str, int]) -> None:
        self._quotas = [Quota(name, most) for name, most in quotas.items()]
        self._open: Counter[Lane] = Counter()
        self._wanted = 0
        self._closed_to: Counter[tuple[str, Lane]] = Counter()
        self._collected: defaultdict[str, Counter[Stream]] = defaultdict(Counter)
        self._done: Counter[tuple[str, str, Form]] = Counter()
        self._measured: Counter[tuple[str, Track, Form]] = Counter()

    def opened(self, item: Item, by: int = 1) -> None:
        """The item has just become open (or, by -1, is no longer)."""
        self._open[item.lane] += by
        for annotator_id in item.seen:
            self._closed_to[annotator_id, item.lane] += by

    def see(self, item: Item, annotator_id: str) -> None:
        """This annotator may not judge the item any more."""
        if annotator_id not in item.seen:
            item.seen = {*item.seen, annotator_id}
            self._closed_to[annotator_id, item.lane] += item.is_open

    def forget(self, item: Item, annotator_id: str) -> None:
        """This annotator may judge the item again."""
        if annotator_id in item.seen:
            item.seen = item.seen - {annotator_id}
            self._closed_to[annotator_id, item.lane] -= item.is_open

    def collect(self, batch_id: str, stream: Stream, by: int) -> None:
        """So many more labels of the stream are there or being given."""
        self._collected[batch_id][stream] += by

    def work(self, annotator_id: str, batch_id: str, form: Form, by: int = 1) -> None:
        """This annotator's labels of the form in the batch."""
        self._done[annotator_id, batch_id, form] += by

    def measure(self, annotator_id: str, track: Track, form: Form, by: int = 1) -> None:
        """This annotator's labels in the open batch that only measure."""
        self._measured[annotator_id, track, form] += by

    def begin(self) -> None:
        """Another batch is open."""
        self._measured.clear()

    def done(self, annotator_id: str, batch_id: str, form: Form | None) -> int:
        """How many labels of theirs stand in the batch, or are hidden in it, of this form or of any."""
        of_batch = sum(self._done[annotator_id, batch_id, one] for one in Form if form in {None, one})
        return of_batch + self.measured(annotator_id, None, form)

    def measured(self, annotator_id: str, track: Track | None, form: Form | None) -> int:
        """How many labels of theirs only measure in the open batch."""
        return sum(
            self._measured[annotator_id, of_track, of_form]
            for of_track, of_form in product(Track, Form)
            if track in {None, of_track} and form in {None, of_form}
        )

    def full(self, batch_id: str, stream: Stream) -> Quota | None:
        """The quota that lets no more of the stream's labels into the batch."""
        return next(
            (one for one in self._quotas if one.covers(stream) and self._room(batch_id, one) <= 0), None
        )

    def left(self, annotator_id: str, batch_id: str, streams: Collection[Stream], form: Form | None) -> int:
        """How many items of the batch and form are open to them in these streams, quotas counted."""
        rooms = {quota: max(self._room(batch_id, quota), 0) for quota in self._quotas}
        left = 0
        for lane in sorted(self._open):
            stream, of_batch, counted, of_form = lane
            if of_batch == batch_id and stream in streams and form in {None, of_form}:
                over = [quota for quota in rooms if counted and quota.covers(stream)]
                more = min([self.beside(annotator_id, lane), *(rooms[quota] for quota in over)])
                for quota in over:
                    rooms[quota] -= more
                left += more
        return left

    def waiting(self) -> list[Lane]:
        """The lanes that have open items."""
        return [lane for lane, count in self._open.items() if count > 0]

    def beside(self, annotator_id: str, lane: Lane) -> int:
        """How many open items they have not seen, whoever may judge them."""
        return self._open[lane] - self._closed_to[annotator_id, lane]

    def want(self, by: int) -> None:
        """So many more labels are wanted that nobody works on."""
        self._wanted += by

    def wanted(self) -> int:
        """How many labels are wanted that nobody works on."""
        return self._wanted

    def open_count(self) -> int:
        """How many items are open at all."""
        return self._open.total()

    def _room(self, batch_id: str, quota: Quota) -> int:
        collected = self._collected[batch_id]
        return quota.most - sum(count for stream, count in collected.items() if quota.covers(stream))
