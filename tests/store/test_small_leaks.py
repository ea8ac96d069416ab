"""What tells nobody which labels only measure, and what is kept as a whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from small_collection import FIRST_BETTER, comparisons
from small_collection import label as given

from store.database import Store
from store.errors import RequestError
from store.messages import Actor, EditLabel, UndoLabel
from store.records import Annotator, Fact, Gold, Kind, Purpose, Role, now
from store.verbs import edit_label, issue_token, list_own_labels, make_gold, undo_label
from store.verbs.golds import MakeGold
from store.verbs.own_labels import ListOwnLabels
from store.verbs.sign_ins import MOST_TOKENS, IssueToken

EVE = Actor(annotator_id="eve", name="eve", role=Role.REVIEWER)


def gold(prefix: str) -> list:
    known = Gold(comparison_id=f"{prefix}c0", ranks=(1, 2), why="plain", annotator_id="eve")
    return [*comparisons(1, purpose=Purpose.GOLD, prefix=prefix), known]


@pytest.fixture
def two_batches(store: Store) -> Store:
    """Two pairs of the first batch and one of the second, which is open; two gold answers of the first."""
    store.append("test", *comparisons(2), *gold("g"), *gold("h"))
    store.append("test", *comparisons(1, prefix="n", round_number=1))
    return store


def judged(store: Store, *comparison_ids: str) -> dict[str, str]:
    """The label of each, given one after another from now on."""
    labels = [
        given(comparison_id, made_at=now() + timedelta(seconds=place))
        for place, comparison_id in enumerate(comparison_ids)
    ]
    store.append("test", *labels)
    return {label.comparison_id: label.label_id for label in labels}


def changeable(store: Store, actor: Actor) -> list[bool]:
    """Whether each can be changed, in the order in which they were given."""
    return [one.can_change for one in reversed(list_own_labels(store, actor, ListOwnLabels()))]


def test_a_gold_label_amid_work_of_a_closed_batch_cannot_be_changed_either(
    two_batches: Store, ann: Actor
) -> None:
    ids = judged(two_batches, "c0", "gc0", "c1")
    assert changeable(two_batches, ann) == [False, False, False]
    with pytest.raises(RequestError, match="batch is closed"):
        edit_label(two_batches, ann, EditLabel(label_id=ids["gc0"], judgement=FIRST_BETTER))
    assert undo_label(two_batches, ann, UndoLabel()).reason.startswith("There is nothing to undo")


def test_a_gold_label_amid_work_of_the_open_batch_can_be_changed(two_batches: Store, ann: Actor) -> None:
    judged(two_batches, "gc0", "nc0", "hc0", "c0")
    assert changeable(two_batches, ann) == [True, True, True, False]
    undo_label(two_batches, ann, UndoLabel())
    assert changeable(two_batches, ann) == [True, True, False]


def test_a_gold_answer_and_that_its_maker_saw_the_label_are_one_transaction(
    asked: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked.append("test", given("c0", label_id="first"))
    kept: list[set[str]] = []
    append = Store.append

    def heard(store: Store, actor_id: str, *facts: Fact) -> None:
        kept.append({type(fact).__name__ for fact in facts})
        append(store, actor_id, *facts)

    monkeypatch.setattr(Store, "append", heard)
    make_gold(asked, EVE, MakeGold(label_id="first", why="plain"))
    assert kept == [{"Comparison", "Gold", "Sighting"}]


def test_a_person_has_so_many_access_tokens_at_a_time(store: Store) -> None:
    person = Annotator(annotator_id="eve", name="eve", role=Role.REVIEWER, kind=Kind.PERSON)
    store.append("test", person)
    for number in range(MOST_TOKENS):
        issue_token(store, EVE, IssueToken(token_name=f"program {number}"))
    with pytest.raises(RequestError, match=f"at most {MOST_TOKENS} tokens at a time"):
        issue_token(store, EVE, IssueToken(token_name="one more"))
