"""Who judges what next: leases in memory, rebuilt from the facts whenever the home is opened.

Highest priority first, then the newest batch and its easiest, where it has a curriculum; never the same
comparison twice to the same annotator, never their own prompt, never more leases and labels on a comparison
than it wants. Between them, silently, what only measures: gold answers and swapped repeats. It writes
nothing: the verbs append what it decides. Every method may be called from any thread; what one annotator
does must come one at a time (`store.turns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

from store.comparisons import Wanted
from store.labels import Collected, Done
from store.leases import new_lease
from store.queueing.ahead import Ahead
from store.queueing.asked import Asked
from store.queueing.board import Board
from store.queueing.drawing import QueueSettings
from store.queueing.fair import FairLock
from store.queueing.holds import Held
from store.queueing.line import primary
from store.queueing.measuring import Measuring
from store.queueing.repeats import Judged, Repeats, judged
from store.queueing.roster import Roster
from store.queueing.shortage import Shortage, shortage
from store.records import Form, Label, Lease, Purpose, Track


class Queue:
    """The comparisons that want labels, and the leases on them."""

    def __init__(self, lease_time: timedelta, settings: QueueSettings | None = None) -> None:
        self.lease_time = lease_time
        self.ahead = Ahead()
        self._lock = FairLock()
        self.settings = rules = settings or QueueSettings()
        self._roster = Roster(rules.qualification)
        self._board, self._repeats = Board(self._roster, rules.quotas), Repeats()
        self._measuring = Measuring(self._board, self._repeats, rules)
        self._drafts: dict[tuple[str, str], Label] = {}

    # Filling it from the facts

    def add(self, wanted: Iterable[Wanted]) -> None:
        """Takes comparisons in; those already known stay as they are."""
        with self._lock:
            self._board.add(wanted)

    def learn(self, change: Callable[[Roster], None], annotator_ids: Iterable[str]) -> None:
        """Changes what is known of people; what these hold and may not judge any more is let go."""
        with self._lock:
            change(self._roster)
            for who, track in product(annotator_ids, Track):
                if not self._roster.qualified(who, track):
                    self._board.let_go(Asked(who, track))

    def remember(self, done: Iterable[Done], collected: Iterable[Collected], undone: Iterable[Label]) -> None:
        """Who did how much, what the quotas count, and the judgements that undone labels reopen with."""
        with self._lock:
            for count in done:
                self._board.did(count)
            for cell in collected:
                self._board.tally.collect(cell.batch_id, (cell.track, primary(cell.language)), cell.labels)
            for label in undone:
                self._drafts[label.annotator_id, label.comparison_id] = label

    def remember_judged(self, turns: Mapping[str, int], judged: Iterable[Judged]) -> None:
        """How many turns each had, and what may be asked again with the sides swapped, the oldest first."""
        with self._lock:
            self._repeats.resume(turns, judged)

    def restore(self, lease: Lease) -> None:
        """A lease from before the home was closed, the latest first: an undo let go of what has no room."""
        with self._lock:
            item = self._board.items.get(lease.comparison_id)
            if item is None or not self._roster.qualified(lease.annotator_id, item.stream[0]):
                return
            if item.answers(lease.annotator_id):
                self._board.hold(lease, apart=True)
            elif item.open_to(lease.annotator_id) and self._board.has_room(lease.annotator_id, item):
                self._board.hold(lease)

    def begin(self, since: datetime) -> None:
        """The batch that is open was begun then; what measured before it counts in none."""
        with self._lock:
            self._board.begin(since)

    # What annotators do

    def holding(self, asked: Asked, moment: datetime) -> list[Held]:
        """What the annotator holds already of what is asked, the first taken first."""
        with self._lock:
            self._board.expire(moment)
            return self._board.held_by(asked)

    def lease(self, asked: Asked, moment: datetime) -> Held | None:
        """Takes the best that is open to the annotator; None when nothing is, or they hold two already."""
        who = asked.annotator_id
        with self._lock:
            self._board.expire(moment)
            streams = self._board.streams(who, asked.track)
            first = self._board.first(asked, streams)
            if first is None or not self._board.has_room(who, first):
                return None  # what only measures is hidden among what does not
            item, order = self._measuring.drawn(asked, streams, first) or (first, None)
            lease = new_lease(who, item.comparison_id, item.responses, moment, self.lease_time)
            return self._board.hold(replace(lease, shown_order=order) if order else lease)

    def take(self, lease: Lease, wanted: Iterable[Wanted]) -> Held:
        """Holds what is the annotator's to judge by right, beside what they are given: answers in a chat.

        `wanted` is its comparison, which nobody else is given before it is held if it was not known.
        """
        with self._lock:
            self._board.add(wanted)
            return self._board.hold(lease, apart=True)

    def exclude(self, annotator_id: str, comparison_ids: Iterable[str]) -> None:
        """They know more of these than a judge may: none is asked of them any more."""
        with self._lock:
            for comparison_id in self._board.items.keys() & comparison_ids:
                self._board.see(self._board.items[comparison_id], annotator_id)

    def is_short(self) -> bool:
        """Whether more is held than is wanted beside: then nobody takes the last ones ahead of their turn."""
        with self._lock:
            return self._board.tally.wanted() < len(self._board.holds)

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
            board.work(held)
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
        lease, board, who = held.lease, self._board, held.lease.annotator_id
        with self._lock:
            board.work(held, -1)
            self._repeats.pass_by(who, -1)
            self._repeats.forget(who, lease.comparison_id)
            item = board.items.get(lease.comparison_id)
            if item is not None:
                board.forget(item, who)
                board.change(item, labels=surplus - 1)
                if board.has_room(who, item) and self._roster.qualified(who, held.track):
                    board.hold(lease)

    def skip(self, lease: Lease) -> None:
        """The annotator does not judge it and is not asked again."""
        with self._lock:
            self._repeats.pass_by(lease.annotator_id)
            if lease.comparison_id in self._board.items:
                self._board.see(self._board.items[lease.comparison_id], lease.annotator_id)
            self._board.drop(lease.annotator_id, lease.comparison_id)

    def release(self, lease: Lease) -> None:
        """The lease is over and nothing came of it."""
        with self._lock:
            self._board.drop(lease.annotator_id, lease.comparison_id)

    def reopen(self, label: Label, wanted: Wanted, lease: Lease) -> Held:
        """The label was retracted by its annotator, who takes it up again; what they held is let go.

        `wanted` is the comparison as it stands after the retraction.
        """
        with self._lock:
            item = self._board.take_back(label, wanted)
            self._repeats.forget(label.annotator_id, label.comparison_id)
            for held in self._board.held_by(Asked(label.annotator_id, item.stream[0], item.form)):
                self._board.end(held)
            self._board.forget(item, label.annotator_id)
            self._board.give_back(item)  # the annotator's place has passed it
            self._drafts[label.annotator_id, label.comparison_id] = label
            return self._board.hold(lease)

    def withdraw(self, label: Label, wanted: Wanted) -> None:
        """Somebody else retracted it: others may judge what is then `wanted`, its annotator not again."""
        with self._lock:
            item = self._board.take_back(label, wanted)
            self._repeats.forget(label.annotator_id, label.comparison_id)
            if item.is_open:
                self._board.give_back(item)

    # What there is to say about it

    def draft(self, lease: Lease) -> Label | None:
        """The undone label whose comparison this lease reopens."""
        with self._lock:
            return self._drafts.get((lease.annotator_id, lease.comparison_id))

    def done(self, annotator_id: str, batch_id: str, form: Form | None = None) -> int:
        """How many of the annotator's labels stand in the batch."""
        with self._lock:
            return self._board.tally.done(annotator_id, batch_id, form)

    def left(self, asked: Asked, batch_id: str) -> int:
        """How many comparisons of the batch are open to them or held by them."""
        with self._lock:
            return self._board.left(asked, batch_id)

    def after(self, comparison_id: str, most: int) -> list[str]:
        """Some of the comparisons that are given out soon after this one, so many at most."""
        with self._lock:
            return [item.comparison_id for item in self._board.after(comparison_id, most)]

    def open_count(self) -> int:
        """How many comparisons want a label that nobody works on."""
        with self._lock:
            return self._board.tally.open_count()

    def shortage(self, asked: Asked) -> Shortage:
        """Why this annotator gets nothing of what is asked."""
        with self._lock:
            return shortage(self._board, asked)

    def qualified(self, annotator_id: str, track: Track) -> bool:
        """Whether they may judge this track."""
        with self._lock:
            return self._roster.qualified(annotator_id, track)
