"""`hone promote`: the endpoint serves and the status tells what the command decided last."""

import json
import shutil

import pytest
from test_commands import said

from rlhf.served import Catalogue
from store.database import open_store
from store.home import Home
from store.records import Policy


@pytest.fixture
def home(policy_path, tmp_path):
    """One policy that answers, and one that its round refused."""
    home = Home(tmp_path)
    home.settings.touch()
    with open_store(home) as store:
        for name in ("first", "refused"):
            shutil.copytree(policy_path, home.policies / name)
        store.append(
            "test",
            Policy(policy_id="first", path="policies/first"),
            Policy(policy_id="refused", path="policies/refused", round=1, promoted=False),
        )
    return home


def answering(home):
    return [one.policy_id for one in Catalogue(home).served()]


def test_the_endpoint_serves_what_was_promoted_and_no_more_what_was_withdrawn(home, monkeypatch, capsys):
    here = ("--home", str(home.root))
    assert answering(home) == ["first"]
    promote = ("promote", "ref", "--why", "People like it.")
    code, _out, err = said(monkeypatch, capsys, *promote, *here)
    assert (code, answering(home)) == (1, ["first"])
    assert "--force" in err
    _code, out, _err = said(monkeypatch, capsys, *promote, "--force", *here)
    assert out == "Policy refused answers people. In use is refused.\n"
    assert answering(home) == ["refused", "first"]
    _code, out, _err = said(monkeypatch, capsys, "status", *here)
    assert "policy in use     refused in policies/refused" in out
    assert "Policy refused was promoted by hone on " in out
    assert out.rstrip().endswith(": People like it.")
    taken = said(
        monkeypatch, capsys, "promote", "refused", "--withdraw", "--why", "It rambles.", *here, "--json"
    )
    assert json.loads(taken[1])["in_use"] == "first"
    assert answering(home) == ["first"]
    _code, out, _err = said(monkeypatch, capsys, "lineage", "policy:refused", *here)
    assert out.rstrip().endswith(": It rambles.")


@pytest.mark.parametrize(
    ("more", "words"),
    [((), "Expected --why"), (("--why", "x", "--force", "--withdraw"), "one of --force and --withdraw")],
)
def test_what_makes_no_sense_together_is_refused(tmp_path, monkeypatch, capsys, more, words):
    (tmp_path / "hone.toml").touch()
    code, _out, err = said(monkeypatch, capsys, "promote", "p", *more, "--home", str(tmp_path))
    assert code == 1
    assert words in err
