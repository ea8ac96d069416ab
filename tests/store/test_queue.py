"""The queue does what a naive one does, under any sequence of events, and gives the last slot once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from small_collection import FIRST_BETTER, comparisons

from store.comparisons import Wanted
from store.database import Store
from store.leases import new_lease
from store.line import Item
from store.messages import Actor, Assignment, NextComparison, SubmitLabel
from store.queue import Queue
from store.records import Degree, Label, Lease, Role, Track
from store.verbs import next_comparison, submit_label

START = datetime(2026, 1, 1)
ANNOTATORS = ("ann", "ben", "cat")
WHO = st.sampled_from(ANNOTATORS)
TRACK = st.sampled_from([None, *Track])


@dataclass
class Naive:
    """A comparison and everything that ever happened to it, looked through from start to end each time."""

    wanted: Wanted
    counted: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple[int, int, str]:
        return (-self.wanted.priority, -self.wanted.round, self.wanted.comparison_id)


class QueueMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.queue = Queue(timedelta(minutes=15))
        self.moment = START
        self.items: dict[str, Naive] = {}
        self.live: dict[str, Lease] = {}
        self.old: list[Lease] = []
        self.labels: list[Label] = []

    def track(self, comparison_id: str) -> Track:
        return self.items[comparison_id].wanted.track

    def expire(self) -> None:
        for lease in [lease for lease in self.live.values() if lease.expires_at <= self.moment]:
            self.old.append(self.live.pop(lease.lease_id))

    def need(self, item: Naive) -> int:
        held = sum(lease.comparison_id == item.wanted.comparison_id for lease in self.live.values())
        return item.wanted.overlap - len(item.counted) - held

    def open_to(self, who: str) -> list[Naive]:
        return [item for item in self.items.values() if self.need(item) > 0 and who not in item.seen]

    @rule(
        track=st.sampled_from(list(Track)),
        priorities=st.lists(st.integers(0, 2), min_size=1, max_size=4),
        overlap=st.integers(1, 2),
        round_number=st.integers(0, 1),
    )
    def add(self, track: Track, priorities: list[int], overlap: int, round_number: int) -> None:
        new = [
            Wanted(
                comparison_id=f"c{len(self.items) + offset}",
                track=track,
                batch_id=f"b{round_number}",
                round=round_number,
                priority=priority,
                responses=2,
                overlap=overlap,
                labels=0,
            )
            for offset, priority in enumerate(priorities)
        ]
        self.queue.add([*new, *(item.wanted for item in self.items.values())])
        self.items |= {one.comparison_id: Naive(one) for one in new}

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.moment += timedelta(minutes=minutes)

    @rule(who=WHO, track=TRACK)
    def lease(self, who: str, track: Track | None) -> None:
        self.expire()
        mine = [
            lease
            for lease in self.live.values()
            if lease.annotator_id == who and track in {None, self.track(lease.comparison_id)}
        ]
        held = self.queue.holding(who, track, self.moment)
        if mine:
            assert held is not None
            assert held.lease in mine
            return
        assert held is None
        candidates = [item for item in self.open_to(who) if track in {None, item.wanted.track}]
        taken = self.queue.lease(who, track, self.moment)
        assert (taken is None) == (not candidates)
        if taken is not None:
            assert (
                taken.lease.comparison_id == min(candidates, key=lambda item: item.rank).wanted.comparison_id
            )
            self.live[taken.lease.lease_id] = taken.lease

    @precondition(lambda self: self.live)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        self.expire()
        if self.live:
            lease = data.draw(st.sampled_from(sorted(self.live.values(), key=lambda one: one.comparison_id)))
            renewed = replace(lease, expires_at=self.moment + self.queue.lease_time)
            assert self.queue.renew(lease.lease_id, self.moment) == renewed
            self.live[lease.lease_id] = renewed

    @precondition(lambda self: self.live or self.old)
    @rule(data=st.data(), skips=st.booleans(), fails=st.booleans())
    def answer(self, data: st.DataObject, skips: bool, fails: bool) -> None:
        known = sorted(
            [*self.live.values(), *self.old], key=lambda one: (one.comparison_id, one.annotator_id)
        )
        lease = data.draw(st.sampled_from(known))
        item = self.items[lease.comparison_id]
        if lease.annotator_id in item.counted or any(
            label.annotator_id == lease.annotator_id and label.comparison_id == lease.comparison_id
            for label in self.labels
        ):
            return  # the verb refuses it
        for other in list(self.live.values()):
            if (other.annotator_id, other.comparison_id) == (lease.annotator_id, lease.comparison_id):
                self.old.append(self.live.pop(other.lease_id))
        if skips:
            self.queue.skip(lease)
            item.seen.add(lease.annotator_id)
            return
        surplus = self.queue.finish(lease, item.wanted.batch_id)
        assert surplus == (len(item.counted) >= item.wanted.overlap)
        if fails and lease.annotator_id not in item.seen and not self.holds(lease):
            self.queue.unfinish(lease, item.wanted.batch_id, surplus)
            self.live[lease.lease_id] = lease
            return
        item.seen.add(lease.annotator_id)
        if not surplus:
            item.counted.append(lease.annotator_id)
        self.labels.append(
            Label(
                label_id=lease.lease_id,
                comparison_id=lease.comparison_id,
                annotator_id=lease.annotator_id,
                ranks=(1, 2),
                degree=Degree.BETTER,
                shown_order=lease.shown_order,
                surplus=surplus,
            )
        )

    def holds(self, lease: Lease) -> bool:
        track = self.track(lease.comparison_id)
        return any(
            other.annotator_id == lease.annotator_id and self.track(other.comparison_id) is track
            for other in self.live.values()
        )

    @precondition(lambda self: self.labels)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(self.labels))
        self.labels.remove(label)
        item = self.items[label.comparison_id]
        item.seen.discard(label.annotator_id)
        if not label.surplus:
            item.counted.remove(label.annotator_id)
        for other in list(self.live.values()):
            if (
                other.annotator_id == label.annotator_id
                and self.track(other.comparison_id) is item.wanted.track
            ):
                self.old.append(self.live.pop(other.lease_id))
        lease = new_lease(label.annotator_id, label.comparison_id, 2, self.moment, self.queue.lease_time)
        held = self.queue.reopen(label, item.wanted, lease)
        assert (held.lease, self.queue.draft(lease)) == (lease, label)
        self.live[lease.lease_id] = lease

    @invariant()
    def counts_agree(self) -> None:
        self.expire()
        for who in ANNOTATORS:
            self.queue.holding(who, None, self.moment)  # lets the queue expire, too
            for batch_id in ("b0", "b1"):
                held = {lease.comparison_id for lease in self.live.values() if lease.annotator_id == who}
                mine = held | {item.wanted.comparison_id for item in self.open_to(who)}
                left = [one for one in mine if self.items[one].wanted.batch_id == batch_id]
                assert self.queue.left(who, batch_id) == len(left)
                done = [
                    label
                    for label in self.labels
                    if label.annotator_id == who
                    and self.items[label.comparison_id].wanted.batch_id == batch_id
                ]
                assert self.queue.done(who, batch_id) == len(done)
            others = [
                lease.expires_at
                for lease in self.live.values()
                if lease.annotator_id != who and who not in self.items[lease.comparison_id].seen
            ]
            assert self.queue.held_until(who, None) == min(others, default=None)
        assert self.queue.open_count() == sum(self.need(item) > 0 for item in self.items.values())


TestQueueIsANaiveQueue = QueueMachine.TestCase
TestQueueIsANaiveQueue.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_an_undone_comparison_whose_lease_ran_out_is_asked_of_its_annotator_again() -> None:
    queue = Queue(timedelta(minutes=15))
    one = Wanted(
        comparison_id="c0",
        track=Track.HELPFULNESS,
        batch_id="b",
        round=0,
        priority=0,
        responses=2,
        overlap=2,
        labels=0,
    )
    queue.add([one, replace(one, comparison_id="c1")])
    first = queue.lease("ann", None, START)
    assert first is not None
    queue.finish(first.lease, "b")
    queue.lease("ann", None, START)  # ann's place in the line is at c1 now
    label = Label(
        label_id=first.lease.lease_id,
        comparison_id="c0",
        annotator_id="ann",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
    )
    queue.reopen(label, one, new_lease("ann", "c0", 2, START, queue.lease_time))
    again = queue.lease("ann", None, START + queue.lease_time)
    assert again is not None
    assert again.lease.comparison_id == "c0"


def test_of_fifty_threads_one_gets_the_last_slot(store: Store) -> None:
    store.append("test", *comparisons(1))
    people = [Actor(annotator_id=f"a{n}", name=f"a{n}", role=Role.ANNOTATOR) for n in range(50)]
    together = threading.Barrier(len(people))
    got: list[object] = []

    def ask(actor: Actor) -> None:
        together.wait()
        got.append(next_comparison(store, actor, NextComparison()))

    threads = [threading.Thread(target=ask, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 50
    assert sum(isinstance(one, Assignment) for one in got) == 1


def test_a_click_from_many_tabs_is_one_label(store: Store, ann: Actor) -> None:
    store.append("test", *comparisons(2))
    assignment = next_comparison(store, ann, NextComparison())
    assert isinstance(assignment, Assignment)
    saved = []

    def click() -> None:
        request = SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER)
        saved.append(submit_label(store, ann, request))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.repeated for one in saved) == [False] + [True] * 7
    with store.reading() as db:
        assert db.execute("select count(*) from labels").fetchall() == [(1,)]


def test_nobody_looks_through_what_others_have_done(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(timedelta(minutes=15))
    queue.add(
        Wanted(
            comparison_id=f"c{number:05d}",
            track=Track.HELPFULNESS,
            batch_id="b",
            round=0,
            priority=0,
            responses=2,
            overlap=1,
            labels=0,
        )
        for number in range(20_000)
    )
    looked_at = []
    open_to = Item.open_to
    monkeypatch.setattr(Item, "open_to", lambda item, who: looked_at.append(who) or open_to(item, who))
    for number in range(2000):
        held = queue.lease(f"a{number % 50}", None, START)
        assert held is not None
        queue.finish(held.lease, "b")
    # Each of 50 annotators passes each of 2000 items once at most; from the start it would be 2 million.
    assert len(looked_at) <= 50 * 2000 + 2 * 2000


@pytest.mark.parametrize("responses", [2, 4])
def test_the_shown_order_is_a_permutation_that_who_and_what_decide(responses: int) -> None:
    orders = set()
    for number in range(200):
        one, two = (new_lease("ann", f"c{number}", responses, START, timedelta(1)) for _ in range(2))
        assert one.shown_order == two.shown_order
        assert one.lease_id != two.lease_id
        assert sorted(one.shown_order) == list(range(responses))
        orders.add(one.shown_order)
    assert len(orders) == {2: 2, 4: 24}[responses]
