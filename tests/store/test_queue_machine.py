"""The queue does what a naive one does, under any sequence of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from naive_queue import PEOPLE, RULES, START, Naive, asked

from store.filling import welcome
from store.identity import identity
from store.leases import new_lease
from store.queueing.asked import Asked
from store.queueing.drawing import draw, share
from store.queueing.holds import Held
from store.queueing.queue import Queue
from store.records import Degree, Form, Label, Purpose, Qualification, Track

WHO = st.sampled_from(sorted(PEOPLE))
TRACK = st.sampled_from([None, *Track])
FORM = st.sampled_from([None, *Form])
MOST_HELD = 2
COUNTED = (Purpose.TRAIN, Purpose.OVERLAP)


class QueueMachine(RuleBasedStateMachine):
    """The queue beside a model that keeps every event in lists and counts anew for each question."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue(timedelta(minutes=15), RULES)
        welcome(self.queue, list(PEOPLE.values()))
        self.moment = START
        self.items: dict[str, Naive] = {}
        self.live: dict[str, Held] = {}
        self.old: list[Held] = []
        self.labels: list[Label] = []
        self.barred: set[tuple[str, Track]] = set()
        self.turns = dict.fromkeys(PEOPLE, 0)
        self.lately: dict[str, list[tuple[int, Label]]] = {who: [] for who in PEOPLE}

    # What is true, counted from the lists

    def expire(self) -> None:
        for held in [held for held in self.live.values() if held.lease.expires_at <= self.moment]:
            self.old.append(self.live.pop(held.lease.lease_id))

    def leases_on(self, item: Naive) -> int:
        return sum(held.lease.comparison_id == item.wanted.comparison_id for held in self.live.values())

    def need(self, item: Naive) -> int:
        if item.wanted.purpose is Purpose.GOLD:
            return 1
        return item.wanted.overlap - len(item.counted) - self.leases_on(item)

    def may(self, who: str, item: Naive) -> bool:
        spoken = {language[:2] for language in PEOPLE[who].languages}
        return item.language in spoken and (who, item.wanted.track) not in self.barred

    def open_to(self, who: str) -> list[Naive]:
        return [
            item
            for item in self.items.values()
            if self.need(item) > 0
            and who not in item.seen
            and who != item.wanted.author
            and self.may(who, item)
        ]

    def holds(self, who: str, item: Naive) -> bool:
        return any(held.lease.comparison_id == item.wanted.comparison_id for held in self.held_by(who, None))

    def room(self, item: Naive) -> int:
        """How many labels the quotas let into the item's batch from its track and language."""
        over = [(name, most) for name, most in RULES.quotas.items() if name in self.names(item)]
        rooms = [self.quota_room(name, most, item.wanted.batch_id) for name, most in over]
        return max(min(rooms, default=1), 0)

    def quota_room(self, name: str, most: int, batch_id: str) -> int:
        there = [
            one
            for one in self.items.values()
            if one.wanted.batch_id == batch_id and one.wanted.purpose in COUNTED and name in self.names(one)
        ]
        return most - sum(len(one.counted) + self.leases_on(one) for one in there)

    def names(self, item: Naive) -> set[str]:
        track = item.wanted.track.value
        return {track, item.language, f"{track}/{item.language}"}

    def held_by(self, who: str, track: Track | None, form: Form | None = None) -> list[Held]:
        return [
            held
            for held in self.live.values()
            if held.lease.annotator_id == who
            and track in {None, held.track}
            and form in {None, self.items[held.lease.comparison_id].form}
        ]

    def let_go(self, who: str, track: Track, form: Form | None = None) -> None:
        for held in self.held_by(who, track, form):
            self.old.append(self.live.pop(held.lease.lease_id))

    # What happens

    @rule(
        track=st.sampled_from(list(Track)),
        priorities=st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=4
        ),
        overlap=st.integers(1, 2),
        round_number=st.integers(0, 1),
        about=st.tuples(
            st.sampled_from(["en", "de", "de-CH"]),
            st.sampled_from([None, *PEOPLE]),
            st.integers(0, 4),
            st.integers(2, 3),
        ),
    )
    def add(
        self,
        track: Track,
        priorities: list[tuple[int, float]],
        overlap: int,
        round_number: int,
        about: tuple[str, str | None, int, int],
    ) -> None:
        language, author, kind, responses = about
        new = [
            replace(
                asked(f"c{len(self.items) + offset}", overlap=overlap),
                track=track,
                batch_id=f"b{round_number}",
                round=round_number,
                priority=priority,
                difficulty=difficulty,
                language=language,
                author=author,
                responses=responses,
                purpose={0: Purpose.GOLD, 1: Purpose.EVALUATION}.get(kind, Purpose.TRAIN),
            )
            for offset, (priority, difficulty) in enumerate(priorities)
        ]
        again = [item.wanted for item in self.items.values() if item.wanted.purpose is not Purpose.SWAPPED]
        self.queue.add([*new, *again])
        self.items |= {one.comparison_id: Naive(one) for one in new}

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)

    @rule(who=WHO, track=st.sampled_from(list(Track)), passed=st.booleans())
    def qualify(self, who: str, track: Track, passed: bool) -> None:
        said = Qualification(
            annotator_id=who, track=track, guideline_version=1, passed=passed, why="", given_by="x"
        )
        welcome(self.queue, [said])
        if passed:
            self.barred.discard((who, track))
        else:
            self.barred.add((who, track))
            self.let_go(who, track)

    @rule(who=WHO, track=TRACK, form=FORM)
    def lease(self, who: str, track: Track | None, form: Form | None) -> None:
        self.expire()
        asked = Asked(who, track, form)
        mine = sorted(self.held_by(who, track, form), key=lambda one: (one.lease.made_at, one.lease.lease_id))
        assert self.queue.holding(asked, self.moment) == mine
        open_now = [
            item
            for item in self.open_to(who)
            if track in {None, item.wanted.track} and form in {None, item.form} and not self.holds(who, item)
        ]
        expected = self.expected(asked, open_now)
        taken = self.queue.lease(asked, self.moment)
        assert (taken is None) == (expected is None)
        if taken is not None:
            assert taken.lease.comparison_id == expected
            self.live[taken.lease.lease_id] = taken
            if taken.purpose is Purpose.SWAPPED:
                self.swap(who, taken)

    def expected(self, asked: Asked, open_now: list[Naive]) -> str | None:
        """The comparison that comes next, by the rules in words."""
        who, track, form = asked.annotator_id, asked.track, asked.form
        firsts = [
            one
            for one in open_now
            if one.in_line and (one.wanted.purpose is Purpose.EVALUATION or self.room(one) > 0)
        ]
        if not firsts:
            return None
        best = min(firsts, key=lambda item: item.rank)
        first = best.wanted.comparison_id
        if len(self.held_by(who, best.wanted.track, best.form)) >= MOST_HELD:
            return None
        turn = (who, self.turns[who] + len(self.held_by(who, None)), first)
        drawn = draw(turn, RULES)
        golds = sorted(
            (one for one in self.items.values() if one.wanted.purpose is Purpose.GOLD and self.may(who, one)),
            key=lambda one: (one.wanted.track, one.language),
        )
        golds = [one for one in golds if track in {None, one.wanted.track} and form in {None, one.form}]
        start = int(share(turn) * len(golds))
        unseen = [one for one in golds[start:] + golds[:start] if one in open_now]
        if drawn is Purpose.GOLD and unseen:
            return unseen[0].wanted.comparison_id
        due = [
            label
            for turn, label in self.lately[who]
            if self.turns[who] - turn >= RULES.swapped_after
            and track in {None, self.items[label.comparison_id].wanted.track}
            and form in {None, self.items[label.comparison_id].form}
            and self.may(who, self.items[label.comparison_id])
        ]
        if drawn is Purpose.SWAPPED and due:
            return identity("swapped", due[0].comparison_id, who)
        return first

    def swap(self, who: str, taken: Held) -> None:
        (turn, label) = next(one for one in self.lately[who] if one[1].comparison_id == taken.repeats)
        self.lately[who].remove((turn, label))
        assert taken.lease.shown_order == label.shown_order[::-1]
        original = self.items[label.comparison_id].wanted
        once_more = replace(
            original,
            comparison_id=taken.lease.comparison_id,
            purpose=Purpose.SWAPPED,
            overlap=1,
            author=None,
            repeats=original.comparison_id,
        )
        self.items[once_more.comparison_id] = Naive(once_more, seen=set(PEOPLE) - {who})

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        self.expire()
        if self.live:
            held = data.draw(
                st.sampled_from(sorted(self.live.values(), key=lambda one: one.lease.comparison_id))
            )
            renewed = replace(held.lease, expires_at=self.moment + self.queue.lease_time)
            assert self.queue.renew(held.lease.lease_id, self.moment) == renewed
            self.live[held.lease.lease_id] = replace(held, lease=renewed)

    @precondition(lambda self: self.live or self.old)
    @rule(data=st.data(), skips=st.booleans(), fails=st.booleans())
    def answer(self, data: st.DataObject, skips: bool, fails: bool) -> None:
        known = sorted(
            [*self.live.values(), *self.old],
            key=lambda one: (
                one.lease.comparison_id,
                one.lease.annotator_id,
                one.lease.lease_id in self.live,
            ),
        )
        held = data.draw(st.sampled_from(known))
        lease, item = held.lease, self.items[held.lease.comparison_id]
        who = lease.annotator_id
        if any((one.annotator_id, one.comparison_id) == (who, lease.comparison_id) for one in self.labels):
            return  # the verb refuses it
        for other in self.held_by(who, None):
            if other.lease.comparison_id == lease.comparison_id:
                self.old.append(self.live.pop(other.lease.lease_id))
        if skips:
            self.queue.skip(lease)
            item.seen.add(who)
            self.turns[who] += 1
        else:
            self.finish(held, fails=fails and who not in item.seen and self.fits(held))

    def fits(self, held: Held) -> bool:
        """Whether its annotator may hold it once more."""
        if (held.lease.annotator_id, held.track) in self.barred:
            return False
        form = self.items[held.lease.comparison_id].form
        others = self.held_by(held.lease.annotator_id, held.track, form)
        return len([one for one in others if one != held]) < MOST_HELD

    @rule(who=WHO, count=st.integers(1, 12))
    def work(self, who: str, count: int) -> None:
        """One annotator at a stretch, so that quotas fill up and repeats come due."""
        for _ in range(count):
            self.lease(who, None, None)
            for held in self.held_by(who, None):
                self.live.pop(held.lease.lease_id)
                self.finish(held, fails=False)
                self.counts_agree()

    def finish(self, held: Held, *, fails: bool) -> None:
        lease, item = held.lease, self.items[held.lease.comparison_id]
        who = lease.annotator_id
        surplus = self.queue.finish(held)
        gold = item.wanted.purpose is Purpose.GOLD
        assert surplus == (len(item.counted) >= item.wanted.overlap and not gold)
        self.lately[who] = [one for one in self.lately[who] if one[1].comparison_id != lease.comparison_id]
        if fails:
            self.queue.unfinish(held, surplus)
            self.live[lease.lease_id] = held
            return
        self.turns[who] += 1
        item.seen.add(who)
        if not surplus:
            item.counted.append(who)
        label = Label(
            label_id=lease.lease_id,
            comparison_id=lease.comparison_id,
            annotator_id=who,
            ranks=tuple(range(1, item.wanted.responses + 1)),
            degree=Degree.BETTER,
            shown_order=lease.shown_order,
            surplus=surplus,
        )
        self.labels.append(label)
        if item.in_line:
            self.lately[who].append((self.turns[who], label))

    def take_away(self, label: Label) -> Naive:
        self.labels.remove(label)
        item = self.items[label.comparison_id]
        if not label.surplus:
            item.counted.remove(label.annotator_id)
        self.lately[label.annotator_id] = [one for one in self.lately[label.annotator_id] if one[1] != label]
        return item

    @precondition(lambda self: self.labels)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(self.labels))
        track = self.items[label.comparison_id].wanted.track
        if (label.annotator_id, track) in self.barred:
            return  # the verb refuses
        item = self.take_away(label)
        item.seen.discard(label.annotator_id)
        self.let_go(label.annotator_id, item.wanted.track, item.form)
        lease = new_lease(
            label.annotator_id, label.comparison_id, item.wanted.responses, self.moment, self.queue.lease_time
        )
        held = self.queue.reopen(label, item.wanted, lease)
        assert (held.lease, self.queue.draft(lease)) == (lease, label)
        self.live[lease.lease_id] = held

    @precondition(lambda self: self.labels)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(self.labels))
        self.queue.withdraw(label, self.take_away(label).wanted)

    @invariant()
    def counts_agree(self) -> None:
        self.expire()
        for who in PEOPLE:
            self.queue.holding(Asked(who), self.moment)  # lets the queue expire, too
            for batch_id in ("b0", "b1"):
                assert self.queue.left(Asked(who), batch_id) == self.left(who, batch_id)
                own = [self.items[one.comparison_id] for one in self.labels if one.annotator_id == who]
                done = [one for one in own if not one.in_line or one.wanted.batch_id == batch_id]
                assert self.queue.done(who, batch_id) == len(done)
            others = [
                held.lease.expires_at
                for held in self.live.values()
                if (item := self.items[held.lease.comparison_id]).in_line
                and who not in {held.lease.annotator_id, item.wanted.author, *item.seen}
                and self.may(who, item)
            ]
            assert self.queue.shortage(Asked(who)).held_until == min(others, default=None)
        wanted = sum(max(self.need(item), 0) for item in self.items.values() if item.in_line)
        assert self.queue.is_short() == (wanted < len(self.live))
        assert self.queue.open_count() == sum(
            self.need(item) > 0 and item.in_line for item in self.items.values()
        )

    def left(self, who: str, batch_id: str) -> int:
        """What waits in line for them, as far as the quotas let it, and what they hold beside, less what they
        were measured by; where there is something, never nothing."""
        mine = [one for one in self.open_to(who) if one.in_line and one.wanted.batch_id == batch_id]
        rooms = {name: max(self.quota_room(name, most, batch_id), 0) for name, most in RULES.quotas.items()}
        left = 0
        for item in sorted(mine, key=lambda one: (one.wanted.track, one.language)):
            names = self.names(item) & rooms.keys() if item.wanted.purpose in COUNTED else set()
            if all(rooms[name] > 0 for name in names):
                left += 1
                for name in names:
                    rooms[name] -= 1
        held = [self.items[one.lease.comparison_id] for one in self.held_by(who, None)]
        beside = [item for item in held if item.in_line and self.need(item) <= 0]
        left += sum(item.wanted.batch_id == batch_id for item in beside)
        measured = [one for one in self.labels if not self.items[one.comparison_id].in_line]
        return max(left - sum(one.annotator_id == who for one in measured), min(left, 1))


TestQueueIsANaiveQueue = QueueMachine.TestCase
TestQueueIsANaiveQueue.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
