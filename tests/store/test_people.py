"""Names, passwords and sign-ins."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import passwords, people
from store.database import Store, open_store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor, AddAnnotator, SetPassword
from store.records import Credential, Kind, Role
from store.throttle import Throttle
from store.verbs import add_annotator, set_password

PASSWORD = "correct horse"
HERE = "192.0.2.1"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def eve(store: Store, chief: Actor) -> str:
    """A reviewer named eve; returns her id."""
    request = AddAnnotator(name="eve", role=Role.REVIEWER, password=PASSWORD)
    return add_annotator(store, chief, request).annotator_id


def sign_in(store: Store, password: str = PASSWORD) -> str:
    token = people.authenticate(store, "eve", password, HERE)
    assert token is not None
    return token


def test_the_right_password_gives_a_token_that_is_the_person(store: Store, eve: str) -> None:
    expected = Actor(annotator_id=eve, name="eve", role=Role.REVIEWER)
    assert people.actor_of(store, sign_in(store)) == expected


def test_a_wrong_password_or_an_unknown_name_gives_nothing(store: Store, eve: str) -> None:
    assert people.authenticate(store, "eve", "wrong horse", HERE) is None
    assert people.authenticate(store, "adam", PASSWORD, HERE) is None
    assert people.actor_of(store, "") is None


def test_a_password_that_is_replaced_while_it_is_compared_opens_nothing(
    store: Store, eve: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str | None] = []
    compared, fits = threading.Event(), passwords.fits

    def compare(password: str, password_hash: str) -> bool:
        compared.set()  # the old password's hash has been read by then
        return fits(password, password_hash)

    monkeypatch.setattr(passwords, "fits", compare)
    thread = threading.Thread(target=lambda: tokens.append(people.authenticate(store, "eve", PASSWORD, HERE)))
    with store.turns.of(f"sign-ins {eve}"):
        thread.start()
        assert compared.wait(30)
        replaced = Credential(annotator_id=eve, password_hash=passwords.hashed("another one"))
        store.append("chief", replaced)
    thread.join()
    assert tokens == [None]


def test_a_sign_in_survives_a_restart(store: Store, eve: str) -> None:
    token = sign_in(store)
    store.close()
    with open_store(store.home) as reopened:
        actor = people.actor_of(reopened, token)
    assert actor is not None
    assert actor.annotator_id == eve


def test_a_sign_out_ends_that_sign_in_alone(store: Store, eve: str) -> None:
    here, there = sign_in(store), sign_in(store)
    people.sign_out(store, here)
    people.sign_out(store, "nobody's")
    assert people.actor_of(store, here) is None
    assert people.actor_of(store, there) is not None


def test_a_new_password_ends_every_sign_in(store: Store, eve: str, chief: Actor) -> None:
    token = sign_in(store)
    set_password(store, chief, SetPassword(name="eve", password="battery staple"))
    assert people.actor_of(store, token) is None
    assert people.authenticate(store, "eve", PASSWORD, HERE) is None
    assert people.actor_of(store, sign_in(store, "battery staple")) is not None


def test_people_change_their_own_password_only(store: Store, eve: str, ann: Actor) -> None:
    herself = Actor(annotator_id=eve, name="eve", role=Role.REVIEWER)
    with pytest.raises(RequestError, match="The password that you have now is another"):
        set_password(store, herself, SetPassword(name="eve", password="battery staple"))
    set_password(store, herself, SetPassword(name="eve", password="battery staple", current=PASSWORD))
    with pytest.raises(NotAllowedError, match="takes the role administrator; ann has the role annotator"):
        set_password(store, ann, SetPassword(name="eve", password=PASSWORD))


def test_a_name_that_is_tried_too_often_has_to_wait(store: Store, eve: str) -> None:
    for _ in range(5):
        assert people.authenticate(store, "eve", "guess", "10.0.0.66") is None
    with pytest.raises(RequestError, match="Too many tries for this name; try again in 2 seconds"):
        people.authenticate(store, "eve", PASSWORD, "10.0.0.66")
    assert people.authenticate(store, "eve", PASSWORD, HERE) is not None  # nobody else is kept out


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    throttle, moment = Throttle(), datetime(2026, 1, 1)
    waits = []
    for _ in range(16):
        throttle.wrong("eve", HERE, moment)
        waits.append(throttle.wait("eve", HERE, moment).total_seconds())
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert throttle.wait("eve", HERE, moment + timedelta(seconds=900)) == timedelta(0)
    throttle.right("eve", HERE)
    assert throttle.wait("eve", HERE, moment) == timedelta(0)


def test_a_hundred_tries_from_many_addresses_make_the_name_wait_everywhere() -> None:
    throttle, moment = Throttle(), datetime(2026, 1, 1)
    for number in range(99):
        throttle.wrong("eve", f"10.0.0.{number}", moment)
    assert throttle.wait("eve", HERE, moment) == timedelta(0)
    throttle.wrong("eve", "10.0.0.99", moment)
    assert throttle.wait("eve", HERE, moment) == timedelta(seconds=2)
    assert throttle.wait("adam", HERE, moment) == timedelta(0)


def test_a_flood_of_names_is_forgotten_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.throttle.MOST_COUNTS", 4)
    throttle, moment = Throttle(), datetime(2026, 1, 1)
    for name in ("eve", "adam", "noah"):
        for _ in range(5):
            throttle.wrong(name, HERE, moment)
    waiting = [name for name in ("eve", "adam", "noah") if throttle.wait(name, HERE, moment)]
    assert waiting == ["adam", "noah"]


def test_passwords_are_hashed_as_the_standard_recommends() -> None:
    """RFC 9106, section 4, the second choice: 64 MiB, three passes, four lanes."""
    script = "from store import passwords; print(passwords.hashed('long enough'))"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_no_password_and_no_token_is_kept(store: Store, eve: str) -> None:
    token = sign_in(store)
    with store.reading() as db:
        kept = str(db.execute("select * from credentials, sign_ins").fetchall())
        audited = str(db.execute("select body from audit").fetchall())
    assert "$argon2id$" in kept
    for secret in (PASSWORD, token):
        assert secret not in kept + audited
    assert "$argon2id$" not in audited


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (AddAnnotator(name="eve", password=PASSWORD), "The name eve is taken"),
        (AddAnnotator(name="adam", password="short"), "at least 8 characters; got 5"),
        (AddAnnotator(name="adam"), "Expected a password for adam"),
        (AddAnnotator(name="  ", password=PASSWORD), "Expected a name of 1 to 80"),
        (AddAnnotator(name="robot", password=PASSWORD, simulated=True), "leave the password out"),
        (AddAnnotator(name="robot", role=Role.REVIEWER, simulated=True), "has the role annotator"),
    ],
)
def test_an_annotator_that_cannot_be_is_refused_in_a_sentence(
    store: Store, eve: str, chief: Actor, request_: AddAnnotator, sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        add_annotator(store, chief, request_)


def test_a_simulated_annotator_is_added_once(store: Store, chief: Actor) -> None:
    request = AddAnnotator(name="robot", simulated=True)
    first = add_annotator(store, chief, request)
    assert first.kind is Kind.SIMULATED
    assert add_annotator(store, chief, request) == first


def test_only_an_administrator_adds_people(store: Store, ann: Actor) -> None:
    with pytest.raises(NotAllowedError):
        add_annotator(store, ann, AddAnnotator(name="adam", password=PASSWORD))
