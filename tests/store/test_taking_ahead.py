"""The comparison after the one at hand is held with it."""

from __future__ import annotations

import pytest
from judgements_given import after, label_of, take
from small_collection import FIRST_BETTER

from store import leases
from store.database import Store, open_store
from store.home import Home
from store.messages import (
    Actor,
    Assignment,
    Cause,
    NoWork,
    SubmitLabel,
    UndoLabel,
    VerifyAudit,
)
from store.verbs import submit_label, undo_label, verify_audit
from store.verbs.roles import HONE
from store.writer import WriteError


def test_the_next_comparison_is_held_while_the_first_is_judged(asked: Store, ann: Actor) -> None:
    first = take(asked, ann)
    second = after(asked, ann, first.lease_id)
    assert isinstance(second, Assignment)
    assert second.turns != first.turns
    assert after(asked, ann, first.lease_id) == second
    assert take(asked, ann) == first
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    assert take(asked, ann).lease_id == second.lease_id
    third = after(asked, ann, second.lease_id)
    assert isinstance(third, Assignment)
    assert third.turns not in {first.turns, second.turns}


def test_what_was_taken_ahead_is_written_with_the_answer_before_it(
    asked: Store, home: Home, ann: Actor
) -> None:
    first = take(asked, ann)
    second = after(asked, ann, first.lease_id)
    assert isinstance(second, Assignment)
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    third = after(asked, ann, second.lease_id)
    assert isinstance(third, Assignment)
    asked.close()
    with open_store(home) as again:
        assert take(again, ann).lease_id == second.lease_id
        ahead = after(again, ann, second.lease_id)
        assert isinstance(ahead, Assignment)
        assert (ahead.turns, ahead.responses) == (third.turns, third.responses)  # and another lease
        assert ahead.lease_id != third.lease_id


def test_what_was_taken_ahead_can_be_answered_first_and_late(asked: Store, home: Home, ann: Actor) -> None:
    first = take(asked, ann)
    second = after(asked, ann, first.lease_id)
    assert isinstance(second, Assignment)
    held = asked.queue.held(second.lease_id)
    assert held is not None
    asked.queue.release(held.lease)  # as if its time were over
    saved = submit_label(asked, ann, SubmitLabel(lease_id=second.lease_id, judgement=FIRST_BETTER))
    assert (saved.label_id, saved.surplus) == (second.lease_id, False)
    asked.close()
    with open_store(home) as again:
        assert take(again, ann).lease_id == first.lease_id
        assert label_of(again, second.lease_id).annotator_id == "ann"
        assert verify_audit(again, HONE, VerifyAudit()).broken_seq is None


def test_what_was_taken_ahead_and_could_not_be_written_is_written_later(
    asked: Store, ann: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = take(asked, ann)
    second = after(asked, ann, first.lease_id)
    assert isinstance(second, Assignment)
    with monkeypatch.context() as patch:
        patch.setattr(asked, "append", failing)
        with pytest.raises(WriteError):
            submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    assert take(asked, ann).lease_id == first.lease_id
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    with asked.reading() as db:
        assert leases.by_id(db, second.lease_id) is not None


def failing(*_facts: object) -> None:
    raise WriteError("the disk is full")


def test_the_last_comparisons_are_not_taken_ahead_of_their_turn(asked: Store, ann: Actor, ben: Actor) -> None:
    first, other = take(asked, ann), take(asked, ben)  # one of three is left for two who hold one each
    reply = after(asked, ann, first.lease_id)
    assert isinstance(reply, NoWork)
    assert reply.cause is Cause.HELD
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    assert take(asked, ann).turns not in {first.turns, other.turns}


def test_an_undo_lets_go_of_both_and_brings_the_undone_one_first(asked: Store, ann: Actor) -> None:
    first = take(asked, ann)
    submit_label(asked, ann, SubmitLabel(lease_id=first.lease_id, judgement=FIRST_BETTER))
    second = take(asked, ann)
    third = after(asked, ann, second.lease_id)
    assert isinstance(third, Assignment)
    undone = undo_label(asked, ann, UndoLabel())
    assert isinstance(undone, Assignment)
    assert undone.turns == first.turns
    assert take(asked, ann) == undone
    ahead = after(asked, ann, undone.lease_id)
    assert isinstance(ahead, Assignment)
    assert ahead.turns == second.turns
