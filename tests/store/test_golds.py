"""A gold answer lasts as long as its label: then nobody is asked it any more, and that is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.home import Home
from store.messages import Actor, Assignment, NextComparison, SubmitLabel, UndoLabel, VerifyAudit
from store.records import Annotator, Kind, Purpose, Retraction, Role, SafetyLabel, Verdict
from store.verbs import (
    examine,
    list_golds,
    make_gold,
    next_comparison,
    review_label,
    submit_label,
    undo_label,
    verify_audit,
    void,
    withdraw_gold,
)
from store.verbs.golds import ListGolds, MakeGold, WithdrawGold
from store.verbs.keeping import Examine
from store.verbs.retracting import Void
from store.verbs.reviewing import ReviewLabel
from store.verbs.roles import HONE

SAFE = replace(FIRST_BETTER, safety=(SafetyLabel(safe=True),) * 2)
EVE = Actor(annotator_id="eve", name="Eve", role=Role.REVIEWER)
BEN = Actor(annotator_id="ben", name="Ben", role=Role.ANNOTATOR)


@pytest.fixture
def often(tmp_path: Path) -> Iterator[Store]:
    """A home that asks a gold answer at about every second turn, as long as there is one."""
    home = Home(tmp_path / "often")
    home.root.mkdir(mode=0o700)
    home.settings.write_text("[queue]\ngold_rate = 0.5\nswapped_rate = 0.0\n")
    with open_store(home) as opened:
        people = [
            Annotator(annotator_id=one, name=one.title(), role=role, kind=Kind.PERSON)
            for one, role in zip(
                ("ann", "ben", "cat", "eve"), (*[Role.ANNOTATOR] * 3, Role.REVIEWER), strict=True
            )
        ]
        opened.append("test", *people, *comparisons(60))
        yield opened


def judge(store: Store, actor: Actor) -> str:
    assignment = next_comparison(store, actor, NextComparison())
    assert isinstance(assignment, Assignment)
    request = SubmitLabel(lease_id=assignment.lease_id, judgement=SAFE)
    return submit_label(store, actor, request).label_id


def golds_met(store: Store, actor: Actor) -> int:
    """How many of the actor's next ten labels were of gold comparisons."""
    return [purpose(store, judge(store, actor)) for _ in range(10)].count("gold")


def until_gold(store: Store, actor: Actor) -> Assignment:
    """The first gold comparison that comes, taken and not yet judged."""
    for _ in range(10):
        assignment = next_comparison(store, actor, NextComparison())
        assert isinstance(assignment, Assignment)
        held = store.queue.held(assignment.lease_id)
        if held is not None and held.purpose is Purpose.GOLD:
            return assignment
        judge(store, actor)
    raise AssertionError("no gold comparison came")


def purpose(store: Store, label_id: str) -> str:
    with store.reading() as db:
        ((found,),) = db.execute(
            "select purpose from labels join comparisons using (comparison_id) where label_id = ?", [label_id]
        ).fetchall()
    return str(found)


def sentences(store: Store) -> list[str]:
    return [
        one.sentence for one in examine(store, HONE, Examine()).findings if "policies" not in one.sentence
    ]


def voided(store: Store, label_id: str) -> tuple[str, ...]:
    return void(store, EVE, Void(thing=f"label:{label_id}", why="spam")).golds


def ruled(verdict: Verdict) -> Callable[[Store, str], tuple[str, ...]]:
    def rule(store: Store, label_id: str) -> tuple[str, ...]:
        request = ReviewLabel(thing=f"label:{label_id}", verdict=verdict, why="spam")
        return review_label(store, EVE, request).golds

    return rule


@pytest.mark.parametrize(
    "end", [voided, ruled(Verdict.OVERTURN), ruled(Verdict.EXCLUDE)], ids=["void", "overturn", "exclude"]
)
def test_a_gold_answer_ends_with_its_label(
    often: Store, ann: Actor, end: Callable[[Store, str], tuple[str, ...]]
) -> None:
    first, second = judge(often, BEN), judge(often, BEN)
    ended = make_gold(often, EVE, MakeGold(label_id=first, why="plain"))
    stands = make_gold(often, EVE, MakeGold(label_id=second, why="plain"))
    assert end(often, first) == (ended.comparison_id,)
    assert golds_met(often, ann) == 1
    known = {one.comparison_id: one for one in list_golds(often, EVE, ListGolds())}
    assert (known[ended.comparison_id].ended_by, known[ended.comparison_id].ended_why) == ("Eve", "spam")
    assert (known[stands.comparison_id].ended_at, known[stands.comparison_id].answers) == (None, 1)
    often.close()
    cat = Actor(annotator_id="cat", name="cat", role=Role.ANNOTATOR)
    with open_store(often.home) as again:
        assert golds_met(again, cat) == 1
        assert verify_audit(again, HONE, VerifyAudit()).why == ""
        assert sentences(again) == []


def test_a_dry_run_tells_of_the_gold_answer_and_a_confirmation_leaves_it(often: Store, ann: Actor) -> None:
    label_id = judge(often, BEN)
    gold = make_gold(often, EVE, MakeGold(label_id=f"label:{label_id[:12]}", why="plain"))
    assert gold.label_id == label_id
    asked = Void(thing=f"label:{label_id}", why="", dry_run=True)
    assert void(often, EVE, asked).golds == (gold.comparison_id,)
    assert ruled(Verdict.CONFIRM)(often, label_id) == ()
    assert golds_met(often, ann) == 1


def test_a_gold_answer_ends_when_its_annotator_undoes_the_label(often: Store, ann: Actor) -> None:
    make_gold(often, EVE, MakeGold(label_id=judge(often, BEN), why="plain"))
    undo_label(often, BEN, UndoLabel())
    assert golds_met(often, ann) == 0
    assert [one.ended_why for one in list_golds(often, EVE, ListGolds())] == ["the label was undone"]


def test_who_holds_an_ended_gold_answer_finishes_it_after_a_restart_too(often: Store, ann: Actor) -> None:
    label_id = judge(often, BEN)
    make_gold(often, EVE, MakeGold(label_id=label_id, why="plain"))
    held = until_gold(often, ann)
    voided(often, label_id)
    often.close()
    with open_store(often.home) as again:
        found = next_comparison(again, ann, NextComparison())
        assert isinstance(found, Assignment)
        assert found.lease_id == held.lease_id
        cat = Actor(annotator_id="cat", name="cat", role=Role.ANNOTATOR)
        assert golds_met(again, cat) == 0  # the lease did not bring it back for others
        given = judge(again, ann)
        assert (given, purpose(again, given)) == (held.lease_id, "gold")


def test_a_gold_answer_is_withdrawn_by_hand_once_and_not_made_again(often: Store, ann: Actor) -> None:
    label_id = judge(often, BEN)
    gold = make_gold(often, EVE, MakeGold(label_id=label_id, why="plain"))
    with pytest.raises(RequestError, match=f"withdraw it with hone gold --withdraw {gold.comparison_id}"):
        make_gold(often, EVE, MakeGold(label_id=label_id, why="again"))
    request = WithdrawGold(comparison_id=gold.comparison_id[:8], why="two answers are right")
    with pytest.raises(RequestError, match="Expected why"):
        withdraw_gold(often, EVE, replace(request, why=" "))
    assert withdraw_gold(often, EVE, request).comparison_id == gold.comparison_id
    assert golds_met(often, ann) == 0
    with pytest.raises(RequestError, match="was withdrawn already"):
        withdraw_gold(often, EVE, request)
    with pytest.raises(RequestError, match="had a gold answer that was withdrawn"):
        make_gold(often, EVE, MakeGold(label_id=label_id, why="again"))
    for start in ("", "nowhere"):
        with pytest.raises(RequestError, match="hone gold --list names them"):
            withdraw_gold(often, EVE, WithdrawGold(comparison_id=start, why="x"))
    with pytest.raises(NotAllowedError):
        withdraw_gold(often, ann, request)


def test_an_overruled_label_is_no_gold_answer(often: Store) -> None:
    label_id = judge(often, BEN)
    ruled(Verdict.OVERTURN)(often, label_id)
    with pytest.raises(RequestError, match=f"{label_id} was withdrawn or overruled"):
        make_gold(often, EVE, MakeGold(label_id=label_id, why=""))


def test_the_doctor_finds_a_gold_answer_that_outlived_its_label(often: Store) -> None:
    label_id = judge(often, BEN)
    gold = make_gold(often, EVE, MakeGold(label_id=label_id, why="plain"))
    often.append("test", Retraction(label_id=label_id, annotator_id="eve", reason="by another way"))
    assert (
        f"Gold answers that still measure, made of labels that do not stand: {gold.comparison_id}; "
        "hone gold --withdraw ID --why W ends each."
    ) in sentences(often)
