"""What is open and who holds what: the state of the queue, and every change of it.

Keeps the lines, the counts and the holds in step with each other. Decides nothing; not safe for threads: the
queue decides and locks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from store.comparisons import Wanted
from store.drawing import share
from store.holds import Held, Holds
from store.line import Item, Line, Stream, item_of
from store.records import Lease, Purpose, Track
from store.roster import Roster
from store.tally import Tally

TRAINING: Final = frozenset({Purpose.TRAIN, Purpose.OVERLAP})
"""What quotas count."""


class Board:
    """Items by comparison, lines by stream, and the leases on them."""

    def __init__(self, roster: Roster, quotas: Mapping[str, int]) -> None:
        self.roster = roster
        self.items: dict[str, Item] = {}
        self.lines: defaultdict[Stream, Line] = defaultdict(Line)
        self.tally = Tally(quotas)
        self.holds = Holds()
        self.worked: set[tuple[str, Track]] = set()
        self._golds: defaultdict[Stream, list[Item]] = defaultdict(list)

    def add(self, wanted: Iterable[Wanted]) -> None:
        """Takes comparisons in; those already known stay as they are."""
        new: defaultdict[Stream, list[Item]] = defaultdict(list)
        for one in wanted:
            if one.comparison_id not in self.items:
                item = self.know(one)
                if item.in_line:
                    new[item.stream].append(item)
        for stream, items in new.items():
            self.lines[stream].add(items)

    def know(self, wanted: Wanted) -> Item:
        """The comparison as an item of no line yet; a gold one can be drawn from now on."""
        item = item_of(wanted)
        self.items[item.comparison_id] = item
        if wanted.seen:
            self.worked |= {(annotator_id, wanted.track) for annotator_id in wanted.seen}
        if item.is_open:
            self.tally.opened(item)
        if item.purpose is Purpose.GOLD:
            self._golds[item.stream].append(item)
        return item

    def streams(self, annotator_id: str, track: Track | None) -> list[Stream]:
        """Where this annotator may judge, of this track or of both."""
        return [
            stream
            for stream in sorted({*self.lines, *self._golds})
            if track in {None, stream[0]} and self.roster.may_judge(annotator_id, stream)
        ]

    def first(self, annotator_id: str, streams: Iterable[Stream]) -> Item | None:
        """The best that waits in line for them and no quota keeps back."""
        firsts = [item for stream in streams if (item := self.lines[stream].first(annotator_id))]
        wanted = [item for item in firsts if not self._kept_back(item)]
        return min(wanted, key=lambda item: item.rank, default=None)

    def gold(self, annotator_id: str, streams: Iterable[Stream], turn: int) -> Item | None:
        """A gold comparison that they have not seen, sought from a place of their own at every turn."""
        golds = [item for stream in streams for item in self._golds[stream]]
        start = int(share(annotator_id, turn) * len(golds))
        return next((item for item in golds[start:] + golds[:start] if item.open_to(annotator_id)), None)

    def left(self, annotator_id: str, batch_id: str) -> int:
        """How many comparisons of the batch are open to them or held by them, without what only measures."""
        held = [self.items[one.lease.comparison_id] for one in self.held_by(annotator_id)]
        beside = sum(item.batch_id == batch_id and item.in_line and not item.is_open for item in held)
        return self.tally.left(annotator_id, batch_id, self.streams(annotator_id, None)) + beside

    def hold(self, lease: Lease) -> Held:
        """The lease is live; one that its annotator held on this track is let go."""
        item = self.items[lease.comparison_id]
        track = item.stream[0]
        earlier = self.holds.of(lease.annotator_id, track)
        if earlier is not None:
            self.end(earlier)
        held = Held(lease, track, item.batch_id, item.purpose, item.repeats)
        self.holds.begin(held)
        self.change(item, leases=1)
        return held

    def end(self, held: Held) -> None:
        """The lease is over."""
        self.holds.end(held)
        self.change(self.items[held.lease.comparison_id], leases=-1)

    def drop(self, annotator_id: str, comparison_id: str) -> None:
        """The annotator's lease on this comparison is over, if there is one."""
        for held in self.held_by(annotator_id):
            if held.lease.comparison_id == comparison_id:
                self.end(held)

    def held_by(self, annotator_id: str) -> Iterator[Held]:
        """What the annotator holds, on either track."""
        yield from [one for track in Track if (one := self.holds.of(annotator_id, track))]

    def expire(self, moment: datetime) -> None:
        """Leases whose time is over are over."""
        for held in self.holds.overdue(moment):
            self.end(held)

    def see(self, item: Item, annotator_id: str) -> None:
        """They have judged or skipped it."""
        self.worked.add((annotator_id, item.stream[0]))
        self.tally.see(item, annotator_id)

    def change(self, item: Item, labels: int = 0, leases: int = 0) -> None:
        """So many more labels and leases."""
        was_open = item.is_open
        item.labels += labels
        item.leases += leases
        if item.purpose in TRAINING:
            self.tally.collect(item.batch_id, item.stream, labels + leases)
        if was_open != item.is_open:
            self.tally.opened(item, -1 if was_open else 1)
            if not was_open:
                self.lines[item.stream].give_back(item)

    def _kept_back(self, item: Item) -> bool:
        return item.purpose in TRAINING and self.tally.full(item.batch_id, item.stream) is not None
