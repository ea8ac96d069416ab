"""What people decide of policies, and who hears of it: every reader of policies sees the newest word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.database import Store
from store.errors import MissingError, NotAllowedError, RequestError
from store.identity import canonical
from store.messages import Actor, AddAnnotator, CountHome, Trace, VerifyAudit
from store.records import Policy, Role
from store.verbs import (
    add_annotator,
    count_home,
    list_policies,
    look_at_policies,
    promote_policy,
    read_facts,
    trace,
    verify_audit,
    withdraw_policy,
)
from store.verbs.appraising import LookAtPolicies
from store.verbs.exporting import ReadFacts
from store.verbs.promoting import ListPolicies, Promote, Withdraw
from store.verbs.roles import HONE
from store.verbs.vouching import Vouch

EVE = Actor(annotator_id="eve", name="eve", role=Role.ENGINEER)


@pytest.fixture
def home(store: Store) -> Store:
    """The first policy, the one of round 1, and the one of round 2, which its gates refused."""
    for name in ("first", "second", "third"):
        (store.home.policies / name).mkdir(parents=True)
        (store.home.policies / name / "config.json").touch()
    store.append(
        "test",
        Policy(policy_id="first", path="policies/first"),
        Policy(policy_id="second", path="policies/second", round=1, parents=("first",)),
        Policy(policy_id="third", path="policies/third", round=2, parents=("second",), promoted=False),
        Policy(policy_id="fourth", path="policies/gone", round=2, promoted=False),
        Policy(policy_id="imported:hh", path="", round=0),
        Policy(policy_id="endpoint:there/m", path="m", method="endpoint", promoted=False),
    )
    _refuse(store.home.round(2), "It is 30.0 nats from the first policy; 25.0 are allowed.")
    return store


def _refuse(folder: Path, reason: str) -> None:
    (folder / "promote").mkdir(parents=True)
    plan = {"round": 2, "method": "ppo", "seed": 0, "started_at": "2026-01-01T00:00:00"}
    (folder / "plan.json").write_text(canonical(plan))
    done = {"outputs": {"promoted": False, "reasons": [reason]}}
    (folder / "promote" / "done.json").write_text(canonical(done))


def promoted(store: Store) -> set[str]:
    listed = list_policies(store, HONE, ListPolicies()).policies
    return {one.policy_id for one in listed if one.promoted}


def in_use(store: Store) -> str | None:
    return count_home(store, HONE, CountHome()).newest_policy_id


def test_a_refused_policy_is_promoted_by_force_and_everybody_sees_it(home: Store) -> None:
    assert (in_use(home), promoted(home)) == ("second", {"first", "second", "imported:hh"})
    decided = promote_policy(home, EVE, Promote(policy="th", why="People like it.", force=True))
    assert (decided.promotion.policy_id, decided.in_use) == ("third", "third")
    assert (in_use(home), promoted(home)) == ("third", {"first", "second", "third", "imported:hh"})
    (seen, *_rest) = [one for one in look_at_policies(home, EVE, LookAtPolicies()).policies if one.in_use]
    assert (seen.policy_id, seen.promoted, seen.reasons) == ("third", True, ())
    assert seen.said is not None
    assert (seen.said.name, seen.said.why) == ("eve", "People like it.")
    assert [one.why for one in trace(home, EVE, Trace(thing="policy:third")).said] == ["People like it."]


def test_what_a_round_decided_stays_in_its_own_row(home: Store) -> None:
    promote_policy(home, EVE, Promote(policy="third", why="People like it.", force=True))
    rows = read_facts(home, EVE, ReadFacts(kind="Policy")).facts
    assert [one for one in rows if '"third"' in one and '"promoted":true' in one] == []


def test_every_decision_is_in_the_audit_and_the_audit_holds(home: Store) -> None:
    before = home.audit_seq
    promote_policy(home, EVE, Promote(policy="third", why="People like it.", force=True))
    withdraw_policy(home, EVE, Withdraw(policy="third", why="It rambles."))
    assert home.audit_seq == before + 2
    assert verify_audit(home, HONE, VerifyAudit()).broken_seq is None


def test_the_newest_word_counts(home: Store) -> None:
    promote_policy(home, EVE, Promote(policy="third", why="People like it.", force=True))
    assert withdraw_policy(home, EVE, Withdraw(policy="third", why="It rambles.")).in_use == "second"
    assert in_use(home) == "second"
    withdraw_policy(home, EVE, Withdraw(policy="second", why="It rambles, too."))
    assert in_use(home) == "first"
    # Its own round had nothing against it, so nobody needs to insist.
    assert promote_policy(home, EVE, Promote(policy="second", why="It was the prompt.")).in_use == "second"


def test_a_refusal_is_told_with_its_reasons_until_somebody_insists(home: Store) -> None:
    with pytest.raises(RequestError, match=r"round 2 refused policy third\. It is 30\.0 nats .* --force"):
        promote_policy(home, EVE, Promote(policy="third", why="People like it."))
    assert in_use(home) == "second"


def test_the_first_policy_stays_the_first_when_it_answers_no_more(home: Store) -> None:
    withdraw_policy(home, EVE, Withdraw(policy="first", why="Too rude."))
    assert count_home(home, HONE, CountHome()).first_policy_id == "first"
    assert "first" not in promoted(home)


def test_the_last_policy_that_answers_cannot_be_withdrawn(home: Store) -> None:
    withdraw_policy(home, EVE, Withdraw(policy="first", why="Too rude."))
    with pytest.raises(RequestError, match="second is the only one that answers people"):
        withdraw_policy(home, EVE, Withdraw(policy="second", why="Too rude."))


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("second", "second is promoted already"),
        ("fourth", "in policies/gone; its files are gone"),
        ("endpoint", "has only answers"),
    ],
)
def test_what_cannot_be_promoted_is_refused_in_a_sentence(home: Store, policy: str, words: str) -> None:
    with pytest.raises(RequestError, match=words):
        promote_policy(home, EVE, Promote(policy=policy, why="It is good.", force=True))


def test_only_what_is_promoted_is_withdrawn(home: Store) -> None:
    with pytest.raises(RequestError, match="third is not promoted"):
        withdraw_policy(home, EVE, Withdraw(policy="third", why="It rambles."))


@pytest.mark.parametrize("why", ["", " \n", "x" * 501])
def test_a_decision_takes_a_reason_that_can_be_kept(home: Store, why: str) -> None:
    with pytest.raises(RequestError, match=r"why it is decided so|at most 500 characters"):
        promote_policy(home, EVE, Promote(policy="third", why=why, force=True))


def test_a_policy_that_is_not_there_is_missed(home: Store) -> None:
    with pytest.raises(MissingError, match="no policy whose id begins with x"):
        promote_policy(home, EVE, Promote(policy="x", why="It is good."))


def test_a_person_answers_for_it_with_their_password_and_their_role(home: Store) -> None:
    for name, role in (("ada", Role.ENGINEER), ("rob", Role.REVIEWER)):
        add_annotator(home, HONE, AddAnnotator(name=name, role=role, password="long enough"))
    insisting = Promote(policy="third", why="People like it.", force=True)
    rob, ada = (Vouch(name=name, password="long enough") for name in ("rob", "ada"))
    with pytest.raises(NotAllowedError, match="role engineer; rob has the role reviewer"):
        promote_policy(home, HONE, replace(insisting, vouch=rob))
    promote_policy(home, HONE, replace(insisting, vouch=ada))
    (said,) = list_policies(home, HONE, ListPolicies()).said
    assert (said.name, said.role) == ("ada", Role.ENGINEER)
