"""`hone user …` on a home: roles, suspension, sign-ins, tokens and accounts."""

import json

import pytest
from typer.testing import CliRunner

from rlhf.cli import app
from store import people
from store.database import open_store
from store.home import Home
from store.records import Role

PASSWORD = "long enough"


@pytest.fixture
def hone(tmp_path, monkeypatch):
    """Runs the command on a home in which ada administrates and bob compares."""
    (tmp_path / "hone.toml").write_text('[oidc]\nmetadata = "https://acme.example"\n')
    monkeypatch.setenv("HONE_HOME", str(tmp_path))

    def run(*words, given="", fails=False):
        result = CliRunner().invoke(app, ["user", *words], input=given)
        assert (result.exit_code != 0) == fails, result.output
        return str(result.exception) if fails else result.output

    run("add", "ada", "--role", "administrator", "--password", PASSWORD)
    run("add", "bob", "--password", PASSWORD)
    run.home = Home(tmp_path)
    return run


def sign_in(home, name):
    with open_store(home) as store:
        token = people.authenticate(store, name, PASSWORD, "192.0.2.1", "Chrome, Linux")
        actor = people.actor_of(store, token)
    return token, actor


def test_a_role_is_given_and_the_last_administrator_kept(hone):
    assert hone("role", "bob", "reviewer", "--why", "knows safety") == "bob has the role reviewer.\n"
    assert sign_in(hone.home, "bob")[1].role is Role.REVIEWER
    assert "last administrator" in hone("role", "ada", "annotator", fails=True)


def test_a_person_is_suspended_and_let_back_in(hone):
    assert hone("suspend", "bob", "--why", "spam") == "bob is suspended; their labels stay.\n"
    assert "suspended" in hone("list")
    assert [one["suspended"] for one in json.loads(hone("list", "--json"))["annotators"]] == [False, True]
    hone("resume", "bob")
    assert sign_in(hone.home, "bob")[1] is not None


def test_a_token_is_told_once_to_whoever_gives_the_password(hone):
    token = hone("token", "bob", "labels script", "--days", "7", given=f"{PASSWORD}\n").strip()
    with open_store(hone.home) as store:
        assert people.program_of(store, token).name == "bob"
    assert "do not fit" in hone("token", "bob", "other", given="wrong wrong\n", fails=True)


def test_sign_ins_are_listed_and_ended(hone):
    token, _actor = sign_in(hone.home, "bob")
    hone("token", "bob", "script", given=f"{PASSWORD}\n")
    assert hone("sessions").endswith("2 sign-ins live.\n")
    (browser,) = [one for one in json.loads(hone("sessions", "bob", "--json"))["sign_ins"] if one["device"]]
    assert hone("sessions", "--end", browser["sign_in_id"]).endswith("1 sign-in ended.\n")
    with open_store(hone.home) as store:
        assert people.actor_of(store, token) is None
    assert hone("sessions", "bob", "--end-all").endswith("1 sign-in ended.\n")
    assert "Expected a name with --end-all" in hone("sessions", "--end-all", fails=True)


def test_an_account_of_the_organisation_is_linked_and_unlinked(hone):
    assert hone("link", "bob", "--email", "bob@acme.example") == "1 account of bob linked.\n"
    assert hone("link", "bob", "--end") == "1 account of bob unlinked.\n"
    assert "either the account's subject or an e-mail" in hone("link", "bob", fails=True)
