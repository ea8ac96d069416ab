"""For each thing that should hold of a home, a home in which that alone does not, and the one sentence."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest
from broken_facts import ASK_AUDIT, FACTS
from single_facts import compared, edit, label, person, sentences
from small_collection import FIRST_BETTER, comparisons

from store.database import Store, open_store
from store.errors import NotAllowedError
from store.home import Home
from store.keeping import doctor
from store.messages import Actor, Assignment, Freeze, NextComparison, SubmitLabel
from store.records import (
    Contents,
    Kind,
    Review,
    Role,
    Skip,
    Split,
    Verdict,
)
from store.verbs import examine, freeze, next_comparison, submit_label
from store.verbs.keeping import Examine
from store.verbs.roles import HONE


def test_of_a_healthy_home_there_is_nothing_to_say(healthy: Store, ann: Actor) -> None:
    assert sentences(healthy) == []
    healthy.close()
    with open_store(healthy.home) as store:  # so that its queue knows of the labels
        assignment = next_comparison(store, ann, NextComparison())
        assert isinstance(assignment, Assignment)
        submit_label(store, ann, SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER))
        assert sentences(store) == []


def test_what_an_import_does_not_know_or_says_twice_is_no_fault(healthy: Store) -> None:
    healthy.append(
        "test",
        replace(person("hh"), kind=Kind.IMPORTED),
        label("l7", "c4", "hh", shown_order=()),
        label("l8", "c4", "hh", ranks=(2, 1), shown_order=()),
        label("l9", "c5", "hh"),
    )
    assert sentences(healthy) == []


def test_a_flag_that_was_answered_is_no_fault(healthy: Store) -> None:
    healthy.append(
        "test",
        Skip(lease_id="f", comparison_id="c3", annotator_id="ben", reason="odd", flagged=True),
        Review(review_id="of-flag", label_id="f", reviewer_id="ann", verdict=Verdict.CONFIRM, why="it is"),
    )
    assert sentences(healthy) == []


def test_an_edit_that_was_imported_as_an_event_is_no_fault(healthy: Store) -> None:
    healthy.append(HONE.annotator_id, edit("l0", 1))
    assert sentences(healthy) == []


@pytest.mark.parametrize("name", FACTS)
def test_a_broken_rule_is_the_one_thing_that_is_said(healthy: Store, name: str) -> None:
    actor_id, facts, sentence = FACTS[name]
    healthy.append_later(actor_id, *facts).wait()  # as a faulty verb would, past the queue
    found = examine(healthy, HONE, Examine()).findings
    assert [(one.rule, one.sentence) for one in found] == [(name, sentence)]


def test_a_comparison_of_no_prompt_is_named(healthy: Store) -> None:
    healthy.append_later("test", compared("x", "nowhere")).wait()
    assert sentences(healthy) == [
        f"Comparisons whose prompt is not there: x; {ASK_AUDIT}",
        f"Comparisons with a response to another prompt: x; {ASK_AUDIT}",
    ]


def test_every_rule_has_a_home_that_breaks_it() -> None:
    assert {rule.name for rule in doctor.RULES} == {*FACTS, "prompts of comparisons"}


TAMPERED = {
    "update labels set ranks = [2, 1] where label_id = 'l0'": (
        "The audit breaks at row 29: row l0 of labels is not what was appended. What was appended is in the "
        "backups from before; hone restore brings one back."
    ),
    "alter table labels drop column meta": (
        "The table labels has other columns than the migrations gave it; restore a "
        "backup from before somebody "
        "changed it."
    ),
}


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_changed_database_is_told(healthy: Store, statement: str) -> None:
    healthy.close()
    with duckdb.connect(str(healthy.home.database)) as db:
        db.execute(statement)
    with open_store(healthy.home) as store:
        assert sentences(store) == [TAMPERED[statement]]


def test_held_out_prompts_that_are_marked_so_are_fine(home: Home) -> None:
    home.root.mkdir(mode=0o700)
    with open_store(home) as store:
        (home.policies / "policy").mkdir()
        store.append("test", person("ann"), *comparisons(1, split=Split.HELDOUT), label("l0", "c0"))
        freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
        freeze(store, HONE, Freeze(contents=Contents.PROMPTS))
        assert sentences(store) == []


def test_who_may_not_start_rounds_is_not_told(store: Store, ann: Actor) -> None:
    with pytest.raises(NotAllowedError, match="role engineer"):
        examine(store, replace(ann, role=Role.REVIEWER), Examine())
