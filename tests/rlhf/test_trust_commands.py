"""`hone backup`, `restore`, `repair` and `doctor` as people call them."""

import json

import pytest
from typer.testing import CliRunner

from rlhf.cli import app
from store.database import open_store
from store.home import Home
from store.records import Policy


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "home")
    open_store(home).close()
    home.settings.write_text("")
    return home


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_home_goes_into_a_backup_and_comes_back(home, tmp_path):
    made = call("backup", tmp_path / "copy", "--home", home.root, "--json")
    assert made.exit_code == 0
    assert json.loads(made.stdout)["rows"]["labels"] == 0
    again = call("restore", tmp_path / "copy", "--home", tmp_path / "again")
    assert again.exit_code == 0
    assert "0 labels, 0 comparisons, 0 snapshots. The chain of 0 rows is whole" in again.stdout
    assert call("doctor", "--home", tmp_path / "again").exit_code == 0


def test_a_policys_lineage_says_of_each_policy_which_round_made_it_and_how(home):
    with open_store(home) as store:
        first = Policy(policy_id="zero", path="x")
        store.append(
            "test", first, Policy(policy_id="one", path="y", parents=("zero",), round=1, method="rs")
        )
    told = call("lineage", "policy:one", "--home", home.root).stdout
    assert "policies (2): one (round 1, rs), zero (initial)" in told


def test_a_healthy_home_is_neither_repaired_nor_complained_of(home):
    assert (
        "Nothing is wrong with the database, and nothing was touched."
        in call("repair", "--home", home.root).stdout
    )
    assert call("doctor", "--home", home.root).stdout == f"All is well with the home {home.root}.\n"


def test_what_the_doctor_finds_is_one_sentence_each_and_exit_code_1(home):
    home.root.chmod(0o755)
    found = call("doctor", "--home", home.root, "--json")
    assert found.exit_code == 1
    sentence = f"Other users of this machine can read the home; run chmod 700 {home.root}."
    assert json.loads(found.stdout) == {"findings": [{"rule": "others cannot read", "sentence": sentence}]}


def test_a_database_that_does_not_open_is_what_the_doctor_says(home):
    home.database.write_bytes(b"x" * 20_000)
    found = call("doctor", "--home", home.root)
    assert found.exit_code == 1
    assert found.stdout.startswith("The database is damaged (")
