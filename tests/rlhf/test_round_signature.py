"""A round that waits for a signature: what it says, and the commands by which one looks and signs."""

import io
import json
from pathlib import Path

import pytest

from rlhf.cli import main
from rlhf.config import RoundSettings, Settings
from rlhf.next_round import Chosen
from rlhf.ready import check_ready
from rlhf.round import run_round
from rlhf.sign_off import UnsignedError, check_round_signed
from rlhf.stages import STAGES
from store.database import open_store
from store.door import LocalDoor
from store.home import Home
from store.messages import AddAnnotator
from store.records import Batch, Comparison, Degree, Fact, Label, Policy, Prompt, Response, Role, Track, Turn
from store.verbs import add_annotator, look_at_next_round, sign_round
from store.verbs.previewing import LookAtNextRound, SignRound
from store.verbs.roles import HONE
from store.verbs.vouching import Vouch

SIGNED = Settings(round=RoundSettings(signature=True))
PASSWORD = "long enough"


def judged(number: int) -> list[Fact]:
    """A pair with a label."""
    prompt = Prompt(
        prompt_id=f"q{number}",
        turns=(Turn(role="user", content=f"question {number}"),),
        track=Track.HELPFULNESS,
        split="train",  # type: ignore[arg-type]
    )
    ids = tuple(f"q{number}-{one}" for one in range(2))
    answers = [Response(response_id=one, prompt_id=f"q{number}", policy_id="policy", text=one) for one in ids]
    pair = Comparison(comparison_id=f"c{number}", prompt_id=f"q{number}", response_ids=ids, batch_id="b")
    label = Label(
        label_id=f"l{number}",
        comparison_id=f"c{number}",
        annotator_id="ann",
        ranks=(1, 2),
        degree=Degree.BETTER,
        shown_order=(0, 1),
    )
    return [prompt, *answers, pair, label]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """One label, and ada, who may sign."""
    (tmp_path / "hone.toml").touch()
    home = Home(tmp_path)
    with open_store(home) as store:
        add_annotator(store, HONE, AddAnnotator(name="ada", role=Role.ENGINEER, password=PASSWORD))
        policy = Policy(policy_id="policy", path="x", promoted=True)
        store.append("test", policy, Batch(batch_id="b", round=0), *judged(0))
    return home


def sign(door: LocalDoor) -> None:
    seen = door.ask(look_at_next_round, LookAtNextRound())
    vouch = Vouch(name="ada", password=PASSWORD)
    door.ask(sign_round, SignRound(round=seen.round, spoken=seen.spoken, vouch=vouch))


def test_a_round_that_nobody_signed_says_who_must_do_what_and_freezes_nothing(home: Home) -> None:
    with open_store(home) as store:
        door = LocalDoor(store)
        with pytest.raises(
            UnsignedError, match=r"^Round 1 begins only once .*hone sign next-round --as NAME"
        ):
            run_round(home, door, Chosen(settings=SIGNED), STAGES[:1])
        assert not list(home.snapshots.glob("*.parquet"))
        sign(door)
        check_round_signed(door, SIGNED)


def test_a_label_after_the_signature_wants_another_unless_the_settings_allow_it(home: Home) -> None:
    with open_store(home) as store:
        door = LocalDoor(store)
        sign(door)
        store.append("test", *judged(1))
        with pytest.raises(UnsignedError, match=r"^ada signed round 1 on .* 1 times. Once more"):
            check_round_signed(door, SIGNED)
        check_round_signed(door, Settings(round=RoundSettings(signature=True, signature_slack=1)))
        sign(door)
        check_round_signed(door, SIGNED)


def test_nothing_is_asked_where_the_settings_do_not_and_no_command_takes_away_what_the_home_asks(
    home: Home,
) -> None:
    with open_store(home) as store:
        door = LocalDoor(store)
        check_round_signed(door, Settings())
        home.settings.write_text("[round]\nsignature = true\n")
        unasked = Settings(round=RoundSettings(signature=False, signature_slack=9))  # as --set makes them
        with pytest.raises(UnsignedError, match="only once somebody has signed"):
            check_round_signed(door, unasked)
        sign(door)
        store.append("test", *judged(1))
        with pytest.raises(UnsignedError, match="1 times"):
            check_round_signed(door, unasked)


def test_an_unsigned_round_is_refused_before_it_is_begun(home: Home) -> None:
    settings = Settings(round=RoundSettings(signature=True, minimum_labels=1))
    with pytest.raises(UnsignedError, match="Round 1 begins only once"):
        check_ready(home, settings)
    assert not home.round(1).exists()
    with open_store(home) as store:
        sign(LocalDoor(store))
    check_ready(home, settings)


@pytest.fixture
def hone(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Runs a command in this process, which says what it prints; the password is typed where it is asked."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["hone", *arguments, "--home", str(home.root)])
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
        return capsys.readouterr().out

    return run


def test_the_commands_tell_the_figures_and_keep_a_signature(home: Home, hone) -> None:
    told = hone("round", "--preview")
    assert "Round 1 would learn from 1 label; the home has 1, 1 of them new since the last round." in told
    assert "both: 1 label, 1 on the policy in use; people agree unknown" in told
    assert "2 points of win rate show in 4904 blind judgements" in told
    assert "the round itself is signed by nobody" in told
    assert "goes on once a reviewer has signed that" not in told
    assert hone("sign", "next-round", "--as", "ada", "--note", "fine").startswith("ada signed round 1 on ")
    (signature,) = json.loads(hone("round", "--preview", "--json"))["signatures"]
    assert (signature["name"], signature["note"], signature["since"]) == ("ada", "fine", 0)
    assert not home.round(1).exists()
