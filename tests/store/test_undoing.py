"""Undoing a label, renewing a lease, and what could not be written."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from judgements_given import judge, label_of, take
from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store import labels, own_labels
from store.bench.collection import Collection, made
from store.database import Store, open_store
from store.errors import RequestError
from store.messages import (
    Actor,
    Assignment,
    NextComparison,
    NoWork,
    RenewLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import (
    Degree,
)
from store.verbs import next_comparison, renew_lease, submit_label, undo_label
from store.writer import WriteError


def test_undo_reopens_the_newest_label_with_what_was_judged(asked: Store, ann: Actor) -> None:
    judge(asked, ann, FIRST_BETTER)
    shown = take(asked, ann)
    judged = replace(SECOND_BETTER, comment="hm", reasons=("accuracy",), seconds=4.5)
    submit_label(asked, ann, SubmitLabel(lease_id=shown.lease_id, judgement=judged))
    held = take(asked, ann)
    undone = undo_label(asked, ann, UndoLabel())
    assert isinstance(undone, Assignment)
    assert (undone.turns, undone.responses, undone.draft) == (shown.turns, shown.responses, judged)
    assert undone.done == 1
    assert take(asked, ann) == undone
    submit_label(asked, ann, SubmitLabel(lease_id=undone.lease_id, judgement=FIRST_BETTER))
    assert take(asked, ann).turns == held.turns
    with asked.reading() as db:
        again = labels.of_comparison(db, label_of(asked, undone.lease_id).comparison_id)
    assert [label.degree for label in again] == [Degree.BETTER]


def test_an_undone_label_reopens_with_its_draft_after_a_restart(store: Store, ann: Actor, ben: Actor) -> None:
    store.append("test", *comparisons(1))
    judge(store, ann, SECOND_BETTER)
    store.close()
    with open_store(store.home) as reopened:
        assert isinstance(undo_label(reopened, ann, UndoLabel()), Assignment)
        assert isinstance(next_comparison(reopened, ben, NextComparison()), NoWork)
    with open_store(store.home) as reopened:
        assert take(reopened, ann).draft == SECOND_BETTER


def test_what_an_undo_let_go_is_not_held_again_after_a_restart(asked: Store, ann: Actor, ben: Actor) -> None:
    judge(asked, ann)
    take(asked, ann)
    undone = undo_label(asked, ann, UndoLabel())
    assert isinstance(undone, Assignment)
    let_go = take(asked, ben)
    submit_label(asked, ann, SubmitLabel(lease_id=undone.lease_id, judgement=FIRST_BETTER))
    asked.close()
    with open_store(asked.home) as reopened:
        assert take(reopened, ben) == let_go
        assert take(reopened, ann).turns != let_go.turns


def test_undo_without_a_label_says_so(asked: Store, ann: Actor) -> None:
    nothing = undo_label(asked, ann, UndoLabel())
    assert nothing == NoWork(reason="There is nothing to undo in the open batch.")


def test_renewing_keeps_a_lease(asked: Store, ann: Actor) -> None:
    before = take(asked, ann)
    renewed = renew_lease(asked, ann, RenewLease(lease_id=before.lease_id))
    assert renewed.expires_at > before.expires_at
    assert take(asked, ann).expires_at == renewed.expires_at
    with pytest.raises(RequestError, match="over"):
        renew_lease(asked, ann, RenewLease(lease_id="unknown"))


def test_a_renewal_outlives_a_restart(asked: Store, ann: Actor) -> None:
    renewed = renew_lease(asked, ann, RenewLease(lease_id=take(asked, ann).lease_id))
    asked.close()
    with open_store(asked.home) as reopened:
        assert take(reopened, ann).expires_at == renewed.expires_at


def test_a_lease_that_cannot_be_written_is_not_given(asked: Store, ann: Actor) -> None:
    with asked.reading() as db:
        db.execute("drop table leases")
    with pytest.raises(WriteError):
        next_comparison(asked, ann, NextComparison())
    assert asked.queue.open_count() == 3


def test_a_label_that_cannot_be_written_leaves_its_lease(asked: Store, ann: Actor) -> None:
    lease = take(asked, ann)
    with asked.reading() as db:
        db.execute("drop table labels")
    with pytest.raises(WriteError):
        submit_label(asked, ann, SubmitLabel(lease_id=lease.lease_id, judgement=FIRST_BETTER))
    assert take(asked, ann) == lease


def test_a_surplus_label_does_not_stand_in_for_an_undone_one(store: Store, ann: Actor, ben: Actor) -> None:
    store.queue.lease_time = timedelta(0)
    store.append("test", *comparisons(1))
    late = take(store, ann)
    judge(store, ben)
    assert submit_label(store, ann, SubmitLabel(lease_id=late.lease_id, judgement=FIRST_BETTER)).surplus
    undo_label(store, ben, UndoLabel())
    store.close()
    with open_store(store.home) as reopened:
        assert isinstance(next_comparison(reopened, ann, NextComparison()), NoWork)
        assert take(reopened, ben).turns == late.turns


def test_the_newest_of_thousands_of_labels_is_found_about_as_fast_as_one_that_is_named(
    tmp_path: Path,
) -> None:
    def quickest(find: Callable[[], object]) -> float:
        def once() -> float:
            began = time.perf_counter()
            assert find() is not None
            return time.perf_counter() - began

        return min(once() for _ in range(3))

    home = made(tmp_path / "many", Collection(comparisons=3000, labels=3000))
    with open_store(home) as store, store.reading() as db:
        db.execute("update labels set annotator_id = 'ann'")
        named = quickest(lambda: own_labels.one(db, "ann", "l0000001"))
        # A join of all with all took fifty times as long.
        assert quickest(lambda: own_labels.newest(db, "ann")) < 10 * named
