"""Roles that change, suspension, profiles, and the sign-ins and tokens that end with them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from small_collection import FIRST_BETTER, comparisons

from store import people
from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.messages import (
    Actor,
    AddAnnotator,
    Assignment,
    ListAnnotators,
    NextComparison,
    SetPassword,
    SubmitLabel,
)
from store.records import Role, now
from store.verbs import (
    add_annotator,
    appoint,
    end_sign_ins,
    issue_token,
    list_annotators,
    list_sign_ins,
    next_comparison,
    set_password,
    set_profile,
    submit_label,
)
from store.verbs.appointing import Appoint, SetProfile
from store.verbs.roles import HONE
from store.verbs.sign_ins import EndSignIns, IssueToken, ListSignIns
from store.verbs.vouching import Vouch

PASSWORD = "correct horse"
HERE = "192.0.2.1"


def added(store: Store, name: str, role: Role = Role.ANNOTATOR) -> Actor:
    one = add_annotator(store, HONE, AddAnnotator(name=name, role=role, password=PASSWORD))
    return Actor(annotator_id=one.annotator_id, name=name, role=role)


def sign_in(store: Store, name: str) -> str:
    token = people.authenticate(store, name, PASSWORD, HERE, "Chrome, Linux")
    assert token is not None
    return token


@pytest.fixture
def ada(store: Store) -> Actor:
    return added(store, "ada", Role.ADMINISTRATOR)


@pytest.fixture
def bob(store: Store) -> Actor:
    return added(store, "bob")


def test_the_newest_appointment_counts_at_once_and_after_a_restart(
    store: Store, ada: Actor, bob: Actor
) -> None:
    token = sign_in(store, "bob")
    appoint(store, ada, Appoint(name="bob", role=Role.REVIEWER, why="knows safety"))
    appoint(store, ada, Appoint(name="bob", role=Role.ENGINEER))
    actor = people.actor_of(store, token)
    assert actor is not None
    assert actor.role is Role.ENGINEER
    store.close()
    with open_store(store.home) as reopened:
        again = people.actor_of(reopened, token)
    assert again == actor


def test_a_suspended_person_is_out_at_once_holds_nothing_and_their_labels_stay(
    store: Store, ada: Actor, bob: Actor
) -> None:
    store.append("test", *comparisons(2))
    browser = sign_in(store, "bob")
    program = issue_token(store, bob, IssueToken(token_name="script")).token
    asked = next_comparison(store, bob, NextComparison())
    assert isinstance(asked, Assignment)
    submit_label(store, bob, SubmitLabel(lease_id=asked.lease_id, judgement=FIRST_BETTER))
    held = next_comparison(store, bob, NextComparison())
    assert isinstance(held, Assignment)
    appoint(store, ada, Appoint(name="bob", suspended=True, why="spam"))
    assert people.actor_of(store, browser) is None
    assert people.program_of(store, program) is None
    assert store.queue.held(held.lease_id) is None
    with pytest.raises(NotAllowedError, match="bob is suspended; ask an administrator"):
        people.authenticate(store, "bob", PASSWORD, HERE)
    with store.reading() as db:
        assert db.execute("select count(*) from current_labels where not retracted").fetchall() == [(1,)]
    store.close()
    with open_store(store.home) as reopened:
        assert reopened.queue.held(held.lease_id) is None


def test_whoever_is_back_signs_in_anew_and_judges_again(store: Store, ada: Actor, bob: Actor) -> None:
    store.append("test", *comparisons(1))
    old = sign_in(store, "bob")
    appoint(store, ada, Appoint(name="bob", suspended=True))
    assert not isinstance(next_comparison(store, bob, NextComparison()), Assignment)
    appoint(store, ada, Appoint(name="bob", suspended=False))
    assert people.actor_of(store, old) is None
    assert people.actor_of(store, sign_in(store, "bob")) is not None
    assert isinstance(next_comparison(store, bob, NextComparison()), Assignment)


def test_a_new_role_leaves_a_suspension_as_it_is(store: Store, ada: Actor, bob: Actor) -> None:
    appoint(store, ada, Appoint(name="bob", suspended=True))
    assert appoint(store, ada, Appoint(name="bob", role=Role.REVIEWER)).suspended
    assert appoint(store, ada, Appoint(name="bob", suspended=False)).role is Role.REVIEWER


@pytest.mark.parametrize("change", [{"role": Role.ENGINEER}, {"suspended": True}])
def test_the_last_administrator_stays_one(store: Store, ada: Actor, change: dict[str, object]) -> None:
    with pytest.raises(RequestError, match="ada is the last administrator; make somebody else one first"):
        appoint(store, HONE, Appoint(name="ada", **change))  # type: ignore[arg-type]
    added(store, "eve", Role.ADMINISTRATOR)
    appoint(store, HONE, Appoint(name="ada", **change))  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="eve is the last administrator"):
        appoint(store, HONE, Appoint(name="eve", **change))  # type: ignore[arg-type]


def test_nobody_changes_their_own_role_nor_that_of_nobody(store: Store, ada: Actor, bob: Actor) -> None:
    added(store, "eve", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowedError, match="Nobody changes their own role"):
        appoint(store, ada, Appoint(name="ada", role=Role.ANNOTATOR))
    with pytest.raises(RequestError, match="There is no person named zoe"):
        appoint(store, ada, Appoint(name="zoe", role=Role.ANNOTATOR))
    add_annotator(store, HONE, AddAnnotator(name="robot", simulated=True))
    with pytest.raises(RequestError, match="There is no person named robot"):
        appoint(store, ada, Appoint(name="robot", role=Role.ADMINISTRATOR))


def test_people_say_what_they_judge_and_the_queue_hears_it(store: Store, ada: Actor, bob: Actor) -> None:
    store.append("test", *comparisons(1))
    assert set_profile(store, bob, SetProfile(languages=("de", "pt-BR"))).languages == ("de", "pt-BR")
    assert not isinstance(next_comparison(store, bob, NextComparison()), Assignment)
    known = set_profile(store, ada, SetProfile(name="bob", languages=("en",), locale="de"))
    assert (known.languages, known.locale) == (("en",), "de")
    assert isinstance(next_comparison(store, bob, NextComparison()), Assignment)
    with pytest.raises(NotAllowedError):
        set_profile(store, bob, SetProfile(name="ada", locale="de"))
    with pytest.raises(RequestError, match="Expected languages such as en or pt-BR; got English"):
        set_profile(store, bob, SetProfile(languages=("English",)))


def test_one_sees_and_ends_ones_own_sign_ins_and_administrators_everybodys(
    store: Store, ada: Actor, bob: Actor
) -> None:
    here, there = sign_in(store, "bob"), sign_in(store, "bob")
    hers = sign_in(store, "ada")
    mine = list_sign_ins(store, bob, ListSignIns())
    assert [(one.name, one.device, one.token_name) for one in mine] == [("bob", "Chrome, Linux", None)] * 2
    everybody = list_sign_ins(store, ada, ListSignIns(everybody=True))
    assert sorted(one.name for one in everybody) == ["ada", "bob", "bob"]
    ended = end_sign_ins(store, bob, EndSignIns(sign_in_id=people.digest(here)[: people.ID_LENGTH]))
    assert len(ended) == 1
    assert people.actor_of(store, here) is None
    assert people.actor_of(store, there) is not None
    with pytest.raises(NotAllowedError):
        end_sign_ins(store, bob, EndSignIns(sign_in_id=people.digest(hers)[: people.ID_LENGTH]))
    with pytest.raises(NotAllowedError):
        end_sign_ins(store, bob, EndSignIns(name="ada"))
    for request in (ListSignIns(everybody=True), ListSignIns(name="ada")):
        with pytest.raises(NotAllowedError):
            list_sign_ins(store, bob, request)
    with pytest.raises(RequestError, match="There is no such sign-in"):
        end_sign_ins(store, bob, EndSignIns(sign_in_id="gone"))
    assert len(end_sign_ins(store, ada, EndSignIns(name="bob"))) == 1
    assert people.actor_of(store, there) is None


def test_an_access_token_opens_no_page_and_a_browsers_no_api(store: Store, bob: Actor) -> None:
    browser = sign_in(store, "bob")
    issued = issue_token(store, bob, IssueToken(token_name="script", days=7))
    assert issued.kept.expires_at - issued.kept.began_at == pytest.approx(
        timedelta(days=7), abs=timedelta(seconds=1)
    )
    assert people.program_of(store, issued.token) == bob
    assert people.actor_of(store, issued.token) is None
    assert people.program_of(store, browser) is None
    with store.reading() as db:
        kept = str(db.execute("select * from sign_ins").fetchall())
        kept += str(db.execute("select body from audit").fetchall())
    assert issued.token not in kept
    assert issued.token not in repr(issued)


def test_a_token_is_over_when_its_time_is(store: Store, bob: Actor) -> None:
    token, _kept = people.new_token(store, bob, "script", timedelta(0))
    assert people.program_of(store, token) is None


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (IssueToken(token_name=" "), "Expected a name for the token"),
        (IssueToken(token_name="a", days=0), "Expected 1 to 366 days; got 0"),
        (IssueToken(token_name="there"), "There is a token named there already"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_a_sentence(
    store: Store, bob: Actor, request_: IssueToken, sentence: str
) -> None:
    issue_token(store, bob, IssueToken(token_name="there"))
    with pytest.raises(RequestError, match=sentence):
        issue_token(store, bob, request_)


def test_the_command_issues_a_token_to_whoever_gives_their_password(store: Store, bob: Actor) -> None:
    with pytest.raises(NotAllowedError, match="hone itself answers for nothing"):
        issue_token(store, HONE, IssueToken(token_name="script"))
    vouch = Vouch(name="bob", password=PASSWORD)
    issued = issue_token(store, HONE, IssueToken(token_name="script", vouch=vouch))
    assert people.program_of(store, issued.token) == bob


def test_ones_own_new_password_spares_the_browser_that_asks_and_nothing_else(
    store: Store, ada: Actor, bob: Actor
) -> None:
    here, there = sign_in(store, "bob"), sign_in(store, "bob")
    token = issue_token(store, bob, IssueToken(token_name="script")).token
    spare = people.digest(here)[: people.ID_LENGTH]
    set_password(
        store, bob, SetPassword(name="bob", password="battery staple", current=PASSWORD, spare=spare)
    )
    assert people.actor_of(store, here) is not None
    assert people.actor_of(store, there) is None
    assert people.program_of(store, token) is None
    set_password(store, ada, SetPassword(name="bob", password=PASSWORD, spare=spare))
    assert people.actor_of(store, here) is None


def test_the_list_of_people_tells_standing_sign_ins_and_when_they_were_here(
    store: Store, ada: Actor, bob: Actor
) -> None:
    before = now()
    sign_in(store, "bob")
    issue_token(store, bob, IssueToken(token_name="script"))
    appoint(store, HONE, Appoint(name="ada", role=Role.ADMINISTRATOR))
    first, second = list_annotators(store, ada, ListAnnotators())
    assert (first.sign_ins, first.tokens, first.seen_at, first.suspended) == (0, 0, None, False)
    assert (second.sign_ins, second.tokens, second.suspended) == (1, 1, False)
    assert second.seen_at is not None
    assert second.seen_at >= before
