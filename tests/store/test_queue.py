"""The queue gives the last slot once, looks through nothing that is done, and shuffles what is shown."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from naive_queue import START, asked
from small_collection import FIRST_BETTER, comparisons

from store.database import Store
from store.leases import new_lease
from store.messages import Actor, Assignment, NextComparison, SubmitLabel
from store.queueing.asked import Asked
from store.queueing.line import Item
from store.queueing.queue import Queue
from store.records import Degree, Label, Role
from store.verbs import next_comparison, submit_label


def test_an_undone_comparison_whose_lease_ran_out_is_asked_of_its_annotator_again() -> None:
    queue = Queue(timedelta(minutes=15))
    one = asked("c0", overlap=2)
    queue.add([one, replace(one, comparison_id="c1")])
    first = queue.lease(Asked("ann"), START)
    assert first is not None
    queue.finish(first)
    queue.lease(Asked("ann"), START)  # ann's place in the line is at c1 now
    label = Label(
        label_id=first.lease.lease_id,
        comparison_id="c0",
        annotator_id="ann",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
    )
    queue.reopen(label, one, new_lease("ann", "c0", 2, START, queue.lease_time))
    again = queue.lease(Asked("ann"), START + queue.lease_time)
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
    queue.add(asked(f"c{number:05d}") for number in range(20_000))
    looked_at = []
    open_to = Item.open_to
    monkeypatch.setattr(Item, "open_to", lambda item, who: looked_at.append(who) or open_to(item, who))
    for number in range(2000):
        held = queue.lease(Asked(f"a{number % 50}"), START)
        assert held is not None
        queue.finish(held)
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
