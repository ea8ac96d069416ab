"""The commands of a reviewer's desk: snapshot, sign, review and void."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from rlhf.cli import main
from store.database import open_store
from store.home import Home
from store.messages import AddAnnotator
from store.records import Batch, Comparison, Degree, Label, Policy, Prompt, Response, Role, Split, Track, Turn
from store.verbs import add_annotator
from store.verbs.roles import HONE


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


@pytest.fixture
def hone(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command in this process, as `hone` does in its own; what is typed comes from no terminal."""

    def run(*arguments: str, typed: str = "long enough\n") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["hone", *arguments, "--home", str(home)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            main()
        code, written = end.value.code, capsys.readouterr()
        said = f"{code}\n" if isinstance(code, str) else ""
        return subprocess.CompletedProcess(arguments, 1 if said else code, written.out, written.err + said)

    return run


def test_a_snapshot_is_told_signed_and_marked_when_its_labels_are_voided(hone):
    told = hone("snapshot").stdout
    assert "1 row in " in told
    assert "left out: 1 both bad" in told
    frozen = json.loads(hone("snapshot", "--track", "safety", "--json").stdout)
    assert (frozen["counts"]["pairs"], frozen["left_out"]) == (1, {"both bad": 1})
    (listed,) = (
        line for line in hone("sign").stdout.splitlines() if line.startswith(frozen["snapshot_id"][:12])
    )
    assert listed.endswith("UTC  1 row of safety  unsigned")
    unnamed = hone("sign", frozen["snapshot_id"][:8])
    assert (unnamed.returncode, "Expected --as with who signs" in unnamed.stderr) == (1, True)
    signed = json.loads(hone("sign", frozen["snapshot_id"][:8], "--as", "eve", "--json").stdout)
    assert f"{listed.removesuffix('unsigned')}signed by eve\n" in hone("sign").stdout
    assert (signed["name"], signed["already"]) == ("eve", False)
    thing = f"snapshot:{frozen['snapshot_id'][:8]}"
    again = hone("sign", thing, "--as", "eve").stdout
    assert again.startswith(f"eve has signed snapshot {frozen['snapshot_id'][:12]} already, on 20")
    assert "\nsigned by eve on 20" in hone("lineage", thing).stdout
    dry = hone("void", "annotator:ann", "--dry-run").stdout
    assert "2 labels of ann would be retracted" in dry
    assert "retracted since" not in dry
    refused = hone("void", "annotator:ann", "--why", "spam", typed="y\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert (
        refused.stderr == "hone: Retracting cannot be taken back; say --yes, or look first with --dry-run.\n"
    )
    certain = ("void", "annotator:ann", "--why", "spam", "--suspend", "--yes", "--json")
    voided = json.loads(hone(*certain).stdout)
    assert (voided["labels"], voided["comparisons"]) == (["l0", "l1"], ["c0", "c1"])
    for command in (["status"], ["lineage", f"snapshot:{frozen['snapshot_id'][:8]}"]):
        assert "holds 1 label retracted since" in hone(*command).stdout


def test_a_review_is_listed_and_given_with_a_password(hone):
    assert "label:l1  both bad" in hone("review").stdout
    assert "  says: none is acceptable\n" in hone("review").stdout
    drawn = hone("review", "--by-chance").stdout.splitlines()
    at = next(place for place, line in enumerate(drawn) if line.startswith("label:l0"))
    assert drawn[at + 1 : at + 3] == [
        "  says: response 1 is better",
        "  covered: look with --show --as NAME",
    ]
    ruling = ("review", "label:l1", "--verdict", "confirm", "--why", "so it is", "--as", "eve")
    unseen = hone(*ruling)
    assert (unseen.returncode, "have not looked at them; look first" in unseen.stderr) == (1, True)
    assert "user: question 1\n" in hone("review", "label:l1", "--show", "--as", "eve").stdout
    assert hone(*ruling).stdout == (
        "confirm on label:l1 (safety, by ann): so it is\n  asked: question 1\n  says: none is acceptable\n"
    )
    again = hone(*ruling[:3], "exclude", *ruling[4:])
    assert (again.returncode, "eve ruled on it already: confirm, “so it is”." in again.stderr) == (1, True)
    assert hone(*ruling, "--verdicts", "1").returncode == 0
    assert hone("review").stdout == "Nothing waits for a review.\n"


def test_a_gold_answer_is_made_listed_and_ends_with_its_label(hone):
    made = json.loads(hone("gold", "l0", "--why", "plain", "--json").stdout)["comparison_id"]
    assert hone("gold", "--list").stdout.startswith(f"{made}  safety, ranks 1, 2, 0 answers\n")
    ruling = ("review", "label:l0", "--verdict", "exclude", "--why", "no", "--as", "eve")
    hone("review", "label:l0", "--show", "--as", "eve")
    ended = f"The gold answer {made} was made of it and measures nobody any more.\n"
    told = hone(*ruling).stdout
    assert told.startswith("exclude on label:l0 (safety, by ann): no\n  asked: question 0\n")
    assert told.endswith(ended)
    assert ": no\n" in hone("gold", "--list").stdout.partition("ended by eve on ")[2]
    by_hand = json.loads(hone("gold", "l1", "--why", "plain", "--json").stdout)["comparison_id"]
    withdrawn = hone("gold", "--withdraw", by_hand[:8], "--why", "unclear").stdout
    assert withdrawn == f"Comparison {by_hand} measures nobody any more.\n"


def test_who_overturns_a_pair_says_what_is_right_instead(hone, home):
    hone("review", "label:l0", "--show", "--as", "eve")
    overturn = ("review", "label:l0", "--verdict", "overturn", "--why", "B helps", "--as", "eve")
    wrong = hone(*overturn, "--better", "2", "--unsafe", "A is rude")
    assert (wrong.returncode, "Expected --unsafe such as 1=illicit:2" in wrong.stderr) == (1, True)
    unsaid = hone(*overturn, "--better", "2")
    assert (unsaid.returncode, "safety" in unsaid.stderr) == (1, True)
    assert hone(*overturn, "--better", "2", "--degree", "3", "--unsafe", "1=illicit:2").returncode == 0
    with open_store(Home(home)) as store, store.reading() as db:
        assert db.execute("select ranks, degree, safety from adjudications").fetchall() == [
            (
                [2, 1],
                3,
                [
                    {"safe": False, "category": "illicit", "severity": 2},
                    {"safe": True, "category": None, "severity": 0},
                ],
            )
        ]


def test_a_retraction_names_who_answers_for_it(hone, home):
    assert hone("void", "label:l0", "--why", "spam", "--yes", "--as", "ann").returncode == 1  # no reviewer
    assert hone("void", "label:l0", "--why", "spam", "--yes", "--as", "eve").returncode == 0
    with open_store(Home(home)) as store, store.reading() as db:
        ((name,),) = db.execute(
            "select name from retractions join annotators using (annotator_id)"
        ).fetchall()
    assert name == "eve"


def test_the_list_of_people_keeps_its_columns_and_says_who_is_barred(hone):
    name = "somebody with quite a long name"
    hone("user", "add", name, "--language", "de", "--language", "pt-BR")
    hone("user", "qualify", "ann", "--track", "safety", "--failed", "--why", "x")
    assert hone("user", "list").stdout.splitlines() == [
        "ann                              annotator  en         may not judge safety",
        "eve                              reviewer   en",
        f"{name}  annotator  de, pt-BR",
    ]


def test_a_home_that_is_there_is_not_made_again(home, hone):
    (home / "hone.toml").write_text("")
    ended = hone("init")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "hone: There is a home here already; nothing was changed.\n"


def test_the_doctor_reads_the_settings(home, hone):
    (home / "hone.toml").write_text("[review]\nsign_off = true\n[reward]\nepoch = 2\n[lesae]\n")
    found = json.loads(hone("doctor", "--json").stdout)["findings"]
    assert [one["sentence"] for one in found if one["rule"] == "settings are known"] == [
        'review.sign_off = true does not fit: expected a list of tracks such as ["safety"]; '
        "there are helpfulness and safety.",
        "There is no setting reward.epoch; did you mean reward.epochs?",
        "There is no section lesae; did you mean lease?",
    ]
    (home / "hone.toml").write_text("[queue]\ngold_rate = 7\n")
    ended = hone("doctor")
    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        "queue.gold_rate = 7 does not fit: expected 0.5 or less.",
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
def test_what_does_not_fit_is_one_sentence(hone, arguments, words):
    ended = hone(*arguments)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert words in ended.stderr
    assert "Traceback" not in ended.stderr
