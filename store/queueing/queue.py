"""Who judges what next: leases in memory, rebuilt from the facts whenever the home is opened.

Highest priority first, then the newest batch; never the same comparison twice to the same annotator, never
their own prompt, never more leases and labels on a comparison than it wants. Between them, silently, what
only measures: gold answers and swapped repeats. It writes nothing: the verbs append what it decides. Every
method may be called from any thread; what one annotator does must come one at a time (`store.turns`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from store.comparisons import Wanted
from store.labels import Collected, Done
from store.leases import new_lease
from store.queueing.board import Board
from store.queueing.drawing import QueueSettings, draw, share
from store.queueing.fair import FairLock
from store.queueing.holds import Held
from store.queueing.line import TRAINING, Item, Stream, primary
from store.queueing.repeats import Judged, Repeats, judged
from store.queueing.roster import Roster
from store.queueing.shortage import Shortage, shortage
from store.records import Annotator, Label, Lease, Purpose, Qualification, Track


class Queue:
    """The comparisons that want labels, and the leases on them."""

    def __init__(self, lease_time: timedelta, settings: QueueSettings | None = None) -> None:
        self.lease_time = lease_time
        self._settings = settings or QueueSettings()
        self._lock = FairLock()
        self._roster = Roster(self._settings.qualification)
        self._board = Board(self._roster, self._settings.quotas)
        self._repeats = Repeats()
        self._drafts: dict[tuple[str, str], Label] = {}

    # Filling it from the facts

    def add(self, wanted: Iterable[Wanted]) -> None:
        """Takes comparisons in; those already known stay as they are."""
        with self._lock:
            self._board.add(wanted)

    def admit(self, annotators: Iterable[Annotator], qualifications: Iterable[Qualification]) -> None:
        """Takes people in, and what they may judge, the oldest first; what they no longer may is let go."""
        with self._lock:
            self._roster.enlist(annotators)
            newest = list(qualifications)
            self._roster.qualify(newest)
            for one in newest:
                held = self._board.holds.of(one.annotator_id, one.track)
                if held and not self._roster.qualified(one.annotator_id, one.track):
                    self._board.end(held)

    def remember(self, done: Iterable[Done], collected: Iterable[Collected], undone: Iterable[Label]) -> None:
        """Who did how much, what the quotas count, and the judgements that undone labels reopen with."""
        with self._lock:
            for count in done:
                self._board.tally.work(count.annotator_id, count.batch_id, count.labels)
                self._board.worked.add((count.annotator_id, count.track))
                self._repeats.pass_by(count.annotator_id, count.labels)
            for cell in collected:
                self._board.tally.collect(cell.batch_id, (cell.track, primary(cell.language)), cell.labels)
            for label in undone:
                self._drafts[label.annotator_id, label.comparison_id] = label

    def remember_judged(self, judged: Iterable[Judged]) -> None:
        """What may be asked again with the sides swapped, the oldest first; after `remember`."""
        with self._lock:
            self._repeats.remember(judged)

    def restore(self, lease: Lease) -> None:
        """A lease from before the home was closed, the latest first: an undo let go of what has no room."""
        with self._lock:
            item = self._board.items.get(lease.comparison_id)
            if (
                item is not None
                and item.open_to(lease.annotator_id)
                and self._roster.qualified(lease.annotator_id, item.stream[0])
                and self._board.holds.of(lease.annotator_id, item.stream[0]) is None
            ):
                self._board.hold(lease)

    # What annotators do

    def holding(self, annotator_id: str, track: Track | None, moment: datetime) -> Held | None:
        """What the annotator holds already."""
        with self._lock:
            self._board.expire(moment)
            return next(
                (one for one in self._board.held_by(annotator_id) if track in {None, one.track}), None
            )

    def lease(self, annotator_id: str, track: Track | None, moment: datetime) -> Held | None:
        """Takes the best that is open to the annotator, who holds nothing; None when nothing is open."""
        with self._lock:
            self._board.expire(moment)
            streams = self._board.streams(annotator_id, track)
            first = self._board.first(annotator_id, streams)
            if first is None:
                return None  # what only measures is hidden among what does not
            item, order = self._drawn(annotator_id, streams, first) or (first, None)
            lease = new_lease(annotator_id, item.comparison_id, item.responses, moment, self.lease_time)
            return self._board.hold(replace(lease, shown_order=order) if order else lease)

    def held(self, lease_id: str) -> Held | None:
        """The live lease with this id."""
        with self._lock:
            return self._board.holds.get(lease_id)

    def renew(self, lease_id: str, moment: datetime) -> Lease | None:
        """The lease with its time starting anew; None when it is over."""
        with self._lock:
            self._board.expire(moment)
            held = self._board.holds.get(lease_id)
            return self._board.holds.extend(held, moment + self.lease_time) if held else None

    def finish(self, held: Held) -> bool:
        """Counts a label for a lease, live or late; returns whether it is surplus."""
        lease, board = held.lease, self._board
        with self._lock:
            board.tally.work(lease.annotator_id, held.batch_id)
            self._repeats.pass_by(lease.annotator_id)
            item = board.items.get(lease.comparison_id)
            if item is None:  # it had all it wanted when the home was opened, or only measures
                return held.purpose is not Purpose.SWAPPED
            surplus = item.labels >= item.overlap and item.purpose is not Purpose.GOLD
            board.see(item, lease.annotator_id)
            if not surplus:
                board.change(item, labels=1)
            board.drop(lease.annotator_id, lease.comparison_id)  # after the label: it must not open between
            if item.in_line:
                self._repeats.remember([judged(item, lease)])
            return surplus

    def unfinish(self, held: Held, surplus: int) -> None:
        """Takes `finish` back: the label could not be written (`surplus` as `finish` said)."""
        lease, board = held.lease, self._board
        with self._lock:
            board.tally.work(lease.annotator_id, held.batch_id, -1)
            self._repeats.pass_by(lease.annotator_id, -1)
            self._repeats.forget(lease.annotator_id, lease.comparison_id)
            item = board.items.get(lease.comparison_id)
            if item is not None:
                board.forget(item, lease.annotator_id)
                board.change(item, labels=surplus - 1)
                if board.holds.of(lease.annotator_id, held.track) is None:
                    board.hold(lease)

    def skip(self, lease: Lease) -> None:
        """The annotator does not judge it and is not asked again."""
        with self._lock:
            self._board.drop(lease.annotator_id, lease.comparison_id)
            self._repeats.pass_by(lease.annotator_id)
            if lease.comparison_id in self._board.items:
                self._board.see(self._board.items[lease.comparison_id], lease.annotator_id)

    def release(self, lease: Lease) -> None:
        """The lease is over and nothing came of it."""
        with self._lock:
            self._board.drop(lease.annotator_id, lease.comparison_id)

    def reopen(self, label: Label, wanted: Wanted, lease: Lease) -> Held:
        """The label was retracted by its annotator, who takes it up again; a lease they held is let go.

        `wanted` is the comparison as it stands after the retraction.
        """
        with self._lock:
            item = self._retracted(label, wanted)
            self._board.forget(item, label.annotator_id)
            self._board.give_back(item)  # the annotator's place has passed it
            self._drafts[label.annotator_id, label.comparison_id] = label
            return self._board.hold(lease)

    def withdraw(self, label: Label, wanted: Wanted) -> None:
        """The label was retracted by somebody else: others may judge its comparison, its annotator not again.

        `wanted` is the comparison as it stands after the retraction.
        """
        with self._lock:
            item = self._retracted(label, wanted)
            if item.is_open:
                self._board.give_back(item)

    # What there is to say about it

    def draft(self, lease: Lease) -> Label | None:
        """The undone label whose comparison this lease reopens."""
        with self._lock:
            return self._drafts.get((lease.annotator_id, lease.comparison_id))

    def done(self, annotator_id: str, batch_id: str) -> int:
        """How many of the annotator's labels stand in the batch."""
        with self._lock:
            return self._board.tally.done(annotator_id, batch_id)

    def left(self, annotator_id: str, batch_id: str) -> int:
        """How many comparisons of the batch are open to them or held by them."""
        with self._lock:
            return self._board.left(annotator_id, batch_id)

    def open_count(self) -> int:
        """How many comparisons want a label that nobody works on."""
        with self._lock:
            return self._board.tally.open_count()

    def shortage(self, annotator_id: str, track: Track | None) -> Shortage:
        """Why this annotator gets nothing."""
        with self._lock:
            return shortage(self._board, annotator_id, track)

    # Under the lock

    def _drawn(
        self, annotator_id: str, streams: list[Stream], first: Item
    ) -> tuple[Item, tuple[int, ...] | None] | None:
        """What only measures, if its turn has come: the item, and the order of its sides if that is set.

        It comes instead of `first`, whose id nobody who judges can know, and so nobody can tell when.
        """
        turn = (annotator_id, self._repeats.turn(annotator_id), first.comparison_id)
        drawn = draw(turn, self._settings)
        if drawn is Purpose.GOLD:
            gold = self._board.gold(annotator_id, streams, share(turn))
            return (gold, None) if gold else None
        if drawn is Purpose.SWAPPED:
            judged = self._repeats.due(annotator_id, self._settings.swapped_after, streams)
            if judged is not None:
                self._repeats.forget(annotator_id, judged.comparison_id)
                item = judged.swapped()
                self._board.items[item.comparison_id] = item
                return item, judged.shown_order[::-1]
        return None

    def _retracted(self, label: Label, wanted: Wanted) -> Item:
        board = self._board
        board.tally.work(label.annotator_id, wanted.batch_id, -1)
        self._repeats.forget(label.annotator_id, label.comparison_id)
        item = board.items.get(label.comparison_id)
        if item is None:
            item = board.know(wanted)
            if item.purpose in TRAINING and not label.surplus:
                board.tally.collect(item.batch_id, item.stream, -1)
        elif not label.surplus:
            board.change(item, labels=-1)
        return item
