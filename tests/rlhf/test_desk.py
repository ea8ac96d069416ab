"""The commands of a reviewer's desk: snapshot, sign, review and void."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from store.database import open_store
from store.home import Home
from store.messages import AddAnnotator
from store.records import Batch, Comparison, Degree, Label, Policy, Prompt, Response, Role, Split, Track, Turn
from store.verbs import add_annotator
from store.verbs.roles import HONE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Two labels of Ann's, one with nothing acceptable; Eve is a reviewer."""
    (tmp_path / "hone.toml").touch()
    with open_store(Home(tmp_path)) as store:
        people = [
            add_annotator(store, HONE, AddAnnotator(name=name, role=role, password="long enough"))
            for name, role in (("ann", Role.ANNOTATOR), ("eve", Role.REVIEWER))
        ]
        facts = [Policy(policy_id="policy", path="x"), Batch(batch_id="b", round=0)]
        for number in range(2):
            prompt = Prompt(
                prompt_id=f"q{number}",
                turns=(Turn(role="user", content=f"question {number}"),),
                track=Track.SAFETY,
                split=Split.TRAIN,
            )
            ids = [f"q{number}-{one}" for one in range(2)]
            facts += [prompt]
            facts += [
                Response(response_id=one, prompt_id=prompt.prompt_id, policy_id="policy", text=one)
                for one in ids
            ]
            facts += [
                Comparison(
                    comparison_id=f"c{number}",
                    prompt_id=prompt.prompt_id,
                    response_ids=tuple(ids),
                    batch_id="b",
                ),
                Label(
                    label_id=f"l{number}",
                    comparison_id=f"c{number}",
                    annotator_id=people[0].annotator_id,
                    ranks=(1, 1) if number else (1, 2),
                    both_bad=bool(number),
                    degree=Degree.BETTER,
                    shown_order=(0, 1),
                ),
            ]
        store.append("test", *facts)
    return tmp_path


def hone(home: Path, *arguments: str, typed: str = "long enough\n") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rlhf", *arguments, "--home", str(home)]
    return subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=False)


def test_a_snapshot_is_told_signed_and_marked_when_its_labels_are_voided(home):
    told = hone(home, "snapshot").stdout
    assert "1 row in " in told
    assert "left out: 1 both bad" in told
    frozen = json.loads(hone(home, "snapshot", "--track", "safety", "--json").stdout)
    assert (frozen["counts"]["pairs"], frozen["left_out"]) == (1, {"both bad": 1})
    signed = json.loads(hone(home, "sign", frozen["snapshot_id"][:8], "--as", "eve", "--json").stdout)
    assert signed["name"] == "eve"
    dry = hone(home, "void", "annotator:ann", "--dry-run").stdout
    assert "2 labels would be retracted" in dry
    voided = json.loads(hone(home, "void", "annotator:ann", "--why", "spam", "--suspend", "--json").stdout)
    assert (voided["labels"], voided["comparisons"]) == (["l0", "l1"], ["c0", "c1"])
    for command in (["status"], ["lineage", f"snapshot:{frozen['snapshot_id'][:8]}"]):
        assert "trained on retracted labels (1)" in hone(home, *command).stdout


def test_a_review_is_listed_and_given_with_a_password(home):
    assert "label:l1  both bad" in hone(home, "review").stdout
    ruling = ("review", "label:l1", "--verdict", "confirm", "--why", "so it is", "--as", "eve")
    assert hone(home, *ruling).stdout == "confirm on l1: so it is\n"
    assert hone(home, "review").stdout == "Nothing waits for a review.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "label:l1"], "Expected --verdict, --why and --as"),
        (
            ["review", "label:l1", "--verdict", "confirm", "--why", "x", "--as", "ann"],
            "takes the role reviewer",
        ),
        (["void", "annotator:ann"], "Expected --why"),
        (["void", "annotator:zoe", "--why", "x"], "of something that is there; got annotator:zoe"),
        (["sign", "zz", "--as", "eve"], "of something that is there; got snapshot:zz"),
        (["snapshot", "--round", "7"], "There is no round 7"),
    ],
    ids=lambda one: one[0] if isinstance(one, list) else "",
)
def test_what_does_not_fit_is_one_sentence(home, arguments, words):
    ended = hone(home, *arguments)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
