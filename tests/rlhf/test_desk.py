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
    assert (signed["name"], signed["already"]) == ("eve", False)
    thing = f"snapshot:{frozen['snapshot_id'][:8]}"
    again = hone(home, "sign", thing, "--as", "eve").stdout
    assert again.startswith(f"eve has signed snapshot {frozen['snapshot_id'][:12]} already, on 20")
    assert "\nsigned by eve on 20" in hone(home, "lineage", thing).stdout
    dry = hone(home, "void", "annotator:ann", "--dry-run").stdout
    assert "2 labels of ann would be retracted" in dry
    assert "retracted since" not in dry
    refused = hone(home, "void", "annotator:ann", "--why", "spam", typed="y\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert (
        refused.stderr == "hone: Retracting cannot be taken back; say --yes, or look first with --dry-run.\n"
    )
    certain = ("void", "annotator:ann", "--why", "spam", "--suspend", "--yes", "--json")
    voided = json.loads(hone(home, *certain).stdout)
    assert (voided["labels"], voided["comparisons"]) == (["l0", "l1"], ["c0", "c1"])
    for command in (["status"], ["lineage", f"snapshot:{frozen['snapshot_id'][:8]}"]):
        assert "holds 1 label retracted since" in hone(home, *command).stdout


def test_a_review_is_listed_and_given_with_a_password(home):
    assert "label:l1  both bad" in hone(home, "review").stdout
    ruling = ("review", "label:l1", "--verdict", "confirm", "--why", "so it is", "--as", "eve")
    assert hone(home, *ruling).stdout == "confirm on l1: so it is\n"
    assert hone(home, "review").stdout == "Nothing waits for a review.\n"


def test_a_gold_answer_is_made_listed_and_ends_with_its_label(home):
    made = json.loads(hone(home, "gold", "l0", "--why", "plain", "--json").stdout)["comparison_id"]
    assert hone(home, "gold", "--list").stdout.startswith(f"{made}  safety, ranks 1, 2, 0 answers\n")
    ruling = ("review", "label:l0", "--verdict", "exclude", "--why", "no", "--as", "eve")
    ended = f"The gold answer {made} was made of it and measures nobody any more.\n"
    assert hone(home, *ruling).stdout == f"exclude on l0: no\n{ended}"
    assert ": no\n" in hone(home, "gold", "--list").stdout.partition("ended by eve on ")[2]
    by_hand = json.loads(hone(home, "gold", "l1", "--why", "plain", "--json").stdout)["comparison_id"]
    withdrawn = hone(home, "gold", "--withdraw", by_hand[:8], "--why", "unclear").stdout
    assert withdrawn == f"Comparison {by_hand} measures nobody any more.\n"


def test_the_list_of_people_keeps_its_columns_and_says_who_is_barred(home):
    name = "somebody with quite a long name"
    hone(home, "user", "add", name, "--language", "de", "--language", "pt-BR")
    hone(home, "user", "qualify", "ann", "--track", "safety", "--failed", "--why", "x")
    assert hone(home, "user", "list").stdout.splitlines() == [
        "ann                              annotator  en         may not judge safety",
        "eve                              reviewer   en",
        f"{name}  annotator  de, pt-BR",
    ]


def test_a_home_that_is_there_is_not_made_again(home):
    (home / "hone.toml").write_text("")
    ended = hone(home, "init")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "hone: There is a home here already; nothing was changed.\n"


def test_the_doctor_reads_the_settings(home):
    (home / "hone.toml").write_text("[review]\nsign_off = true\n[reward]\nepoch = 2\n[lesae]\n")
    found = json.loads(hone(home, "doctor", "--json").stdout)["findings"]
    assert [one["sentence"] for one in found if one["rule"] == "settings are known"] == [
        'review.sign_off = true does not fit: expected a list of tracks such as ["safety"]; '
        "there are helpfulness and safety.",
        "There is no setting reward.epoch; did you mean reward.epochs?",
        "There is no section lesae; did you mean lease?",
    ]
    (home / "hone.toml").write_text("[queue]\ngold_rate = 7\n")
    ended = hone(home, "doctor")
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "queue.gold_rate = 7 does not fit: Input should be less than or equal to 0.5.",
        "Nothing else was looked at; mend that first.",
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["review", "label:l1"], "Expected --verdict, --why and --as"),
        (
            ["review", "label:l1", "--verdict", "confirm", "--why", "x", "--as", "ann"],
            "takes the role reviewer",
        ),
        (["void", "annotator:ann"], "Expected --why"),
        (["void", "annotator:zoe", "--why", "x", "--yes"], "There is no annotator named zoe; hone user list"),
        (["sign", "zz", "--as", "eve"], "There is no snapshot whose id begins with zz"),
        (["gold"], "Expected one of a label's id, --list and --withdraw COMPARISON"),
        (["gold", "l0"], "Expected --why"),
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
