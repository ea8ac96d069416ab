"""What a voided annotator wrote neither teaches nor leaves the home as a demonstration."""

import json
import sys

import pytest

from rlhf import cli
from rlhf.initialise import Beginning, initialise
from store.database import open_store
from store.door import open_door
from store.home import Home
from store.records import Annotator, Demonstration, Kind, Prompt, Role, Split, Track, Turn

SETTINGS = """
[round]
threads = 1
[sft]
epochs = 1
"""
PROMPT = Prompt(
    prompt_id="p1",
    turns=(Turn(role="user", content="two plus 3"),),
    track=Track.HELPFULNESS,
    split=Split.TRAIN,
)


@pytest.fixture
def home(tmp_path, policy_path):
    """Ann and Ben have each answered one prompt."""
    home = Home(tmp_path / "home")
    with open_door(home) as door:
        initialise(home, door, Beginning(settings=SETTINGS, policy=str(policy_path), prompts=(PROMPT,)))
    people = [
        Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)
        for name in ("ann", "ben")
    ]
    written = [
        Demonstration(demonstration_id=f"of {name}", prompt_id="p1", text=f"{name} says five", author=name)
        for name in ("ann", "ben")
    ]
    with open_store(home) as store:
        store.append("test", *people, *written)
    return home


@pytest.fixture
def hone(home, monkeypatch, capsys):
    """Runs a command in this process: what it printed, or the error with which it ended."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["hone", *arguments, "--home", str(home.root)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return end.value.code if isinstance(end.value.code, str) else capsys.readouterr().out

    return run


def test_what_a_voided_annotator_wrote_teaches_nothing_and_is_written_nowhere(hone, home):
    before = json.loads(hone("sft", "--json"))
    assert (before["demonstrations"], before["left_out"]) == (2, {})
    told = hone("void", "annotator:ann", "--why", "spam", "--yes")
    assert "1 demonstration retracted: of ann" in told
    after = json.loads(hone("sft", "--json"))
    assert (after["demonstrations"], after["left_out"]) == (1, {"retracted": 1})
    file = home.root / "written.jsonl"
    hone("export", "demonstrations", str(file))
    (row,) = map(json.loads, file.read_text().splitlines())
    assert "ben says five" in json.dumps(row)
    hone("void", "annotator:ben", "--why", "spam", "--yes")
    assert "Expected demonstrations to learn from; the home has none." in hone("sft")
