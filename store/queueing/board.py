"""What is open and who holds what: the state of the queue, and every change of it.

Keeps the lines, the counts and the holds in step with each other. Decides nothing; not safe for threads: the
queue decides and locks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from store.comparisons import Wanted
from store.labels import Done
from store.queueing.asked import Asked
from store.queueing.holds import Held, Holds
from store.queueing.line import MEASURING, TRAINING, Item, Lane, Line, Stream, form_of, item_of
from store.queueing.roster import Roster
from store.queueing.tally import Tally
from store.records import Label, Lease, Purpose, Track

MOST_HELD: Final = 2
"""Leases of an annotator on a track and form: what they judge, and what comes next."""


class Board:
    """Items by comparison, lines by lane, and the leases on them."""

    def __init__(self, roster: Roster, quotas: Mapping[str, int]) -> None:
        self.roster = roster
        self.items: dict[str, Item] = {}
        self._lines: defaultdict[Lane, Line] = defaultdict(Line)
        self.tally = Tally(quotas)
        self.holds = Holds()
        self.worked: set[tuple[str, Track]] = set()
        self._golds: defaultdict[Stream, list[Item]] = defaultdict(list)
        self._gold_of: dict[str, Item] = {}
        self._since = datetime.min

    def add(self, wanted: Iterable[Wanted]) -> None:
        """Takes comparisons in; those already known stay as they are, but for gold ones that ended."""
        new: defaultdict[Lane, list[Item]] = defaultdict(list)
        for one in wanted:
            if one.ended and one.comparison_id in self.items:
                self._end_gold(self.items[one.comparison_id])
            elif one.comparison_id not in self.items:
                item = self.know(one)
                if item.in_line:
                    new[item.lane].append(item)
        for lane, items in new.items():
            self._lines[lane].add(items)

    def know(self, wanted: Wanted) -> Item:
        """The comparison as an item of no line yet; a gold one can be drawn from now on, unless it ended."""
        item = item_of(wanted)
        self.items[item.comparison_id] = item
        if wanted.seen:
            self.worked |= {(annotator_id, wanted.track) for annotator_id in wanted.seen}
        self.tally.want(item.wants)
        if item.is_open:
            self.tally.opened(item)
        if item.purpose is Purpose.GOLD and not wanted.ended:
            self._golds[item.stream].append(item)
            self._gold_of[item.repeats or item.comparison_id] = item
        return item

    def streams(self, annotator_id: str, track: Track | None) -> list[Stream]:
        """Where this annotator may judge, of this track or of both."""
        return [
            stream
            for stream in sorted({lane[0] for lane in self._lines} | self._golds.keys())
            if track in {None, stream[0]} and self.roster.may_judge(annotator_id, stream)
        ]

    def first(self, asked: Asked, streams: Collection[Stream]) -> Item | None:
        """The best that waits in line for them, of the form that they want, and no quota keeps back."""
        firsts = [
            item
            for (stream, batch_id, counted, of_form), line in self._lines.items()
            if stream in streams
            and asked.takes(stream[0], of_form)
            and not (counted and self.tally.full(batch_id, stream))
            and (item := line.first(asked.annotator_id))
        ]
        return min(firsts, key=lambda item: item.rank, default=None)

    def after(self, comparison_id: str, most: int) -> list[Item]:
        """What waits in line right behind it, looking at so many."""
        item = self.items.get(comparison_id)
        line = self._lines.get(item.lane) if item and item.in_line else None
        return line.after(item, most) if item and line else []

    def gold(self, asked: Asked, streams: Iterable[Stream], place: float) -> Item | None:
        """A gold comparison that is asked for and unseen, sought from that place (0 to 1) onward."""
        golds = [
            item for stream in streams for item in self._golds[stream] if asked.takes(stream[0], item.form)
        ]
        start = int(place * len(golds))
        return next(
            (item for item in golds[start:] + golds[:start] if item.open_to(asked.annotator_id)), None
        )

    def begin(self, since: datetime) -> None:
        """The open batch was begun then: what measures is hidden in it from now on, and was in another."""
        if since != self._since:
            self._since = since
            self.tally.begin()

    def did(self, count: Done) -> None:
        """So many labels of an annotator stand, as of when the home was opened."""
        self.worked.add((count.annotator_id, count.track))
        if count.batch_id is None:
            self.tally.measure(count.annotator_id, count.track, count.form, count.lately)
        else:
            self.tally.work(count.annotator_id, count.batch_id, count.form, count.labels)

    def work(self, held: Held, by: int = 1) -> None:
        """The lease was answered."""
        if held.purpose in MEASURING:
            self.tally.measure(held.lease.annotator_id, held.track, held.form, by)
        else:
            self.tally.work(held.lease.annotator_id, held.batch_id, held.form, by)

    def take_back(self, label: Label, wanted: Wanted) -> Item:
        """The label stands no more; its comparison as it is then, which is `wanted` if it was not known."""
        item, form = self.items.get(label.comparison_id), form_of(len(label.ranks))
        if wanted.purpose not in MEASURING:
            self.tally.work(label.annotator_id, wanted.batch_id, form, -1)
        elif label.made_at >= self._since:
            self.tally.measure(label.annotator_id, wanted.track, form, -1)
        if item is None:
            item = self.know(wanted)
            if item.purpose in TRAINING and not label.surplus:
                self.tally.collect(item.batch_id, item.stream, -1)
        elif not label.surplus:
            self.change(item, labels=-1)
        return item

    def left(self, asked: Asked, batch_id: str) -> int:
        """How many comparisons of the batch are open to them or held by them, as it is told.

        What measured them is taken off, so that nobody can tell from what is done and left which label only
        measured. So much more comes in the end, one after the other.
        """
        held = [self.items[one.lease.comparison_id] for one in self.held_by(asked)]
        beside = sum(item.batch_id == batch_id and item.in_line and not item.is_open for item in held)
        streams = self.streams(asked.annotator_id, asked.track)
        left = self.tally.left(asked.annotator_id, batch_id, streams, asked.form) + beside
        return max(left - self.tally.measured(asked.annotator_id, asked.track, asked.form), min(left, 1))

    def hold(self, lease: Lease, *, apart: bool = False) -> Held:
        """The lease is live; `apart`, it stands in nobody's way."""
        item = self.items[lease.comparison_id]
        held = Held(lease, item.stream[0], item.batch_id, item.purpose, item.repeats, apart)
        self.holds.begin(held)
        item.holders = item.holders | {lease.annotator_id}
        self.change(item, leases=1)
        return held

    def end(self, held: Held) -> None:
        """The lease is over."""
        item, annotator_id = self.items[held.lease.comparison_id], held.lease.annotator_id
        was_open = item.is_open
        self.holds.end(held)
        item.holders = item.holders - {annotator_id}
        self.change(item, leases=-1)
        if was_open and annotator_id not in item.seen:
            self.give_back(item)  # open to others all the while; its holder's place has passed it

    def drop(self, annotator_id: str, comparison_id: str) -> None:
        """The annotator's lease on this comparison is over, if there is one."""
        for held in self.holds.of(annotator_id):
            if held.lease.comparison_id == comparison_id:
                self.end(held)

    def held_by(self, asked: Asked) -> list[Held]:
        """What the annotator was given of what is asked, the first taken first."""
        return [one for one in self._held(asked) if not one.apart]

    def let_go(self, asked: Asked) -> None:
        """What the annotator holds of what is asked is over, what they hold apart too."""
        for held in self._held(asked):
            self.end(held)

    def _held(self, asked: Asked) -> list[Held]:
        return [one for one in self.holds.of(asked.annotator_id) if asked.takes(one.track, one.form)]

    def has_room(self, annotator_id: str, item: Item) -> bool:
        """Whether the annotator may hold one more of the item's track and form."""
        return len(self.held_by(Asked(annotator_id, item.stream[0], item.form))) < MOST_HELD

    def expire(self, moment: datetime) -> None:
        """Leases whose time is over are over."""
        for held in self.holds.overdue(moment):
            self.end(held)

    def see(self, item: Item, annotator_id: str) -> None:
        """They have judged or skipped it."""
        self.worked.add((annotator_id, item.stream[0]))
        for one in self._alike(item):
            self.tally.see(one, annotator_id)

    def forget(self, item: Item, annotator_id: str) -> None:
        """They may be asked it again."""
        for one in self._alike(item):
            self.tally.forget(one, annotator_id)

    def give_back(self, item: Item) -> None:
        """It is open to somebody again, whose place in its line may have passed it."""
        if item.in_line:
            self._lines[item.lane].give_back(item)

    def change(self, item: Item, labels: int = 0, leases: int = 0) -> None:
        """So many more labels and leases."""
        was_open, wanted = item.is_open, item.wants
        item.labels += labels
        item.leases += leases
        self.tally.want(item.wants - wanted)
        if item.purpose in TRAINING:
            self.tally.collect(item.batch_id, item.stream, labels + leases)
        if was_open != item.is_open:
            self.tally.opened(item, -1 if was_open else 1)
            if not was_open:
                self.give_back(item)

    def _end_gold(self, item: Item) -> None:
        """It is drawn no more; who holds it finishes it, and learns nothing of what it was."""
        golds = self._golds[item.stream]
        golds[:] = [one for one in golds if one is not item]

    def _alike(self, item: Item) -> Iterator[Item]:
        """The item, and its gold twin or whose gold twin it is: who saw one is not asked the other."""
        yield item
        if item.purpose is Purpose.GOLD:
            original = self.items.get(item.repeats or "")
            yield from () if original is None else (original,)
        elif item.comparison_id in self._gold_of:
            yield self._gold_of[item.comparison_id]
