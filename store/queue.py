"""Who judges what next: leases in memory, rebuilt from the facts whenever the home is opened.

Highest priority first, then the newest batch; never the same comparison twice to the same annotator; never
more leases and labels on a comparison than it wants. It writes nothing: the verbs append what it decides.
Every method may be called from any thread; what one annotator does must come one at a time (`store.turns`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta

from store.comparisons import Wanted
from store.holds import Held, Holds
from store.labels import Done
from store.leases import new_lease
from store.line import Item, Line, item_of
from store.records import Label, Lease, Track
from store.tally import Tally


class Queue:
    """The comparisons that want labels, and the leases on them."""

    def __init__(self, lease_time: timedelta) -> None:
        self.lease_time = lease_time
        self._lock = threading.RLock()
        self._items: dict[str, Item] = {}
        self._lines = {track: Line() for track in Track}
        self._tally = Tally()
        self._worked: set[tuple[str, Track]] = set()
        self._holds = Holds()
        self._drafts: dict[tuple[str, str], Label] = {}

    # Filling it from the facts

    def add(self, wanted: Iterable[Wanted]) -> None:
        """Takes comparisons in; those already known stay as they are."""
        with self._lock:
            new: dict[Track, list[Item]] = {track: [] for track in Track}
            for one in wanted:
                if one.comparison_id not in self._items:
                    new[one.track].append(self._known(one))
            for track, items in new.items():
                if items:
                    self._lines[track].add(items)

    def remember(self, done: Iterable[Done], undone: Iterable[Label]) -> None:
        """Who did how much, and the judgements that undone labels reopen with."""
        with self._lock:
            for count in done:
                self._tally.work(count.annotator_id, count.batch_id, count.labels)
                self._worked.add((count.annotator_id, count.track))
            for label in undone:
                self._drafts[label.annotator_id, label.comparison_id] = label

    def restore(self, lease: Lease) -> None:
        """A lease from before the home was closed, the latest first: an undo let go of what has no room."""
        with self._lock:
            item = self._items.get(lease.comparison_id)
            if (
                item is not None
                and item.open_to(lease.annotator_id)
                and self._holds.of(lease.annotator_id, item.track) is None
            ):
                self._hold(lease)

    # What annotators do

    def holding(self, annotator_id: str, track: Track | None, moment: datetime) -> Held | None:
        """What the annotator holds already."""
        with self._lock:
            self._expire(moment)
            held = (self._holds.of(annotator_id, one) for one in _tracks(track))
            return next((one for one in held if one), None)

    def lease(self, annotator_id: str, track: Track | None, moment: datetime) -> Held | None:
        """Takes the best that is open to the annotator, who holds nothing; None when nothing is open."""
        with self._lock:
            self._expire(moment)
            firsts = [item for one in _tracks(track) if (item := self._lines[one].first(annotator_id))]
            if not firsts:
                return None
            best = min(firsts, key=lambda item: item.rank)
            return self._hold(
                new_lease(annotator_id, best.comparison_id, best.responses, moment, self.lease_time)
            )

    def held(self, lease_id: str) -> Held | None:
        """The live lease with this id."""
        with self._lock:
            return self._holds.get(lease_id)

    def renew(self, lease_id: str, moment: datetime) -> Lease | None:
        """The lease with its time starting anew; None when it is over."""
        with self._lock:
            self._expire(moment)
            held = self._holds.get(lease_id)
            return self._holds.extend(held, moment + self.lease_time) if held else None

    def finish(self, lease: Lease, batch_id: str) -> bool:
        """Counts a label for a lease, live or late; returns whether it is surplus."""
        with self._lock:
            self._drop(lease.annotator_id, lease.comparison_id)
            self._tally.work(lease.annotator_id, batch_id)
            if lease.comparison_id not in self._items:
                return True  # it had all it wanted when the home was opened
            item = self._items[lease.comparison_id]
            surplus = item.labels >= item.overlap
            self._see(item, lease.annotator_id)
            if not surplus:
                self._change(item, labels=1)
            return surplus

    def unfinish(self, lease: Lease, batch_id: str, surplus: int) -> None:
        """Takes `finish` back: the label could not be written (`surplus` as `finish` said)."""
        with self._lock:
            self._tally.work(lease.annotator_id, batch_id, -1)
            if lease.comparison_id in self._items:
                item = self._items[lease.comparison_id]
                self._tally.forget(item, lease.annotator_id)
                self._change(item, labels=surplus - 1)
                self._hold(lease)

    def skip(self, lease: Lease) -> None:
        """The annotator does not judge it and is not asked again."""
        with self._lock:
            self._drop(lease.annotator_id, lease.comparison_id)
            if lease.comparison_id in self._items:
                self._see(self._items[lease.comparison_id], lease.annotator_id)

    def release(self, lease: Lease) -> None:
        """The lease is over and nothing came of it."""
        with self._lock:
            self._drop(lease.annotator_id, lease.comparison_id)

    def reopen(self, label: Label, wanted: Wanted, lease: Lease) -> Held:
        """The label was retracted by its annotator, who takes it up again; a lease they held is let go.

        `wanted` is the comparison as it stands after the retraction.
        """
        with self._lock:
            item = self._items.get(label.comparison_id)
            if item is not None:
                self._change(item, labels=int(label.surplus) - 1)
            else:
                item = self._known(wanted)
            self._tally.forget(item, label.annotator_id)
            self._lines[item.track].give_back(item)  # the annotator's cursor has passed it
            self._tally.work(label.annotator_id, wanted.batch_id, -1)
            self._drafts[label.annotator_id, label.comparison_id] = label
            return self._hold(lease)

    # What there is to say about it

    def draft(self, lease: Lease) -> Label | None:
        """The undone label whose comparison this lease reopens."""
        with self._lock:
            return self._drafts.get((lease.annotator_id, lease.comparison_id))

    def done(self, annotator_id: str, batch_id: str) -> int:
        """How many of the annotator's labels stand in the batch."""
        with self._lock:
            return self._tally.done(annotator_id, batch_id)

    def left(self, annotator_id: str, batch_id: str) -> int:
        """How many comparisons of the batch are open to them or held by them."""
        with self._lock:
            mine = [one for track in Track if (one := self._holds.of(annotator_id, track))]
            held = [self._items[one.lease.comparison_id] for one in mine if one.batch_id == batch_id]
            beside = sum(not item.open_to(annotator_id) for item in held)
            return self._tally.left(annotator_id, batch_id) + beside

    def open_count(self) -> int:
        """How many comparisons want a label that nobody works on."""
        with self._lock:
            return self._tally.open_count()

    def worked(self, annotator_id: str, track: Track | None) -> bool:
        """Whether they have judged or skipped anything of the track, or of any."""
        with self._lock:
            return any((annotator_id, one) in self._worked for one in _tracks(track))

    def held_until(self, annotator_id: str, track: Track | None) -> datetime | None:
        """When the first lease of others ends on something that this annotator could judge."""
        with self._lock:
            ends = [
                held.lease.expires_at
                for held in self._holds
                if track in {None, held.track}
                and annotator_id not in self._items[held.lease.comparison_id].seen
                and annotator_id != held.lease.annotator_id
            ]
            return min(ends, default=None)

    # Under the lock

    def _known(self, wanted: Wanted) -> Item:
        item = item_of(wanted)
        self._items[item.comparison_id] = item
        self._worked |= {(annotator_id, wanted.track) for annotator_id in item.seen}
        if item.need > 0:
            self._tally.opened(item)
        return item

    def _hold(self, lease: Lease) -> Held:
        item = self._items[lease.comparison_id]
        earlier = self._holds.of(lease.annotator_id, item.track)
        if earlier is not None:
            self._end(earlier)
        held = Held(lease, item.track, item.batch_id)
        self._holds.begin(held)
        self._change(item, leases=1)
        return held

    def _drop(self, annotator_id: str, comparison_id: str) -> None:
        for track in Track:
            held = self._holds.of(annotator_id, track)
            if held is not None and held.lease.comparison_id == comparison_id:
                self._end(held)

    def _end(self, held: Held) -> None:
        self._holds.end(held)
        self._change(self._items[held.lease.comparison_id], leases=-1)

    def _expire(self, moment: datetime) -> None:
        for held in self._holds.overdue(moment):
            self._end(held)

    def _see(self, item: Item, annotator_id: str) -> None:
        self._worked.add((annotator_id, item.track))
        self._tally.see(item, annotator_id)

    def _change(self, item: Item, labels: int = 0, leases: int = 0) -> None:
        was_open = item.need > 0
        item.labels += labels
        item.leases += leases
        if was_open != (item.need > 0):
            self._tally.opened(item, -1 if was_open else 1)
            if not was_open:
                self._lines[item.track].give_back(item)


def _tracks(track: Track | None) -> tuple[Track, ...]:
    return (track,) if track else tuple(Track)
