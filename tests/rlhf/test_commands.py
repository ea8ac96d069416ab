"""The commands at their edges: what is wrong is one sentence on the error stream, and JSON stands alone."""

import json
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest
from filelock import FileLock

from rlhf import __version__, cli
from rlhf.commands import options
from rlhf.commands.options import progress_bar
from rlhf.commands.outcome import show_outcome
from rlhf.config import Settings
from rlhf.track import write_json
from store import credentials, passwords
from store.database import open_store
from store.home import Home
from store.rounds import RoundResult

ROOT = Path(__file__).parents[2]
NEEDS_A_HOME = (
    ["serve"],
    ["import", "prompts", "none.jsonl"],
    ["ask"],
    ["simulate"],
    ["snapshot"],
    ["reward"],
    ["sft"],
    ["reject"],
    ["reject", "--into", "pocket"],
    ["round"],
    ["status"],
    ["settings"],
    ["user", "list"],
    ["user", "passwd", "ada"],
    ["user", "add", "ada", "--password", "long enough"],
    ["lineage", "policy:1"],
    ["audit", "verify"],
    ["user", "qualify", "ada", "--track", "safety", "--why", "x"],
    ["gold", "label", "--why", "x"],
    ["promote", "policy:1", "--why", "x"],
)


def said(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    """The command's exit code and what it wrote to either stream."""
    monkeypatch.setattr(sys, "argv", ["hone", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    code = end.value.code
    written = capsys.readouterr()
    failed = isinstance(code, str)
    return (1, written.out, written.err + code) if failed else (code, written.out, written.err)


@pytest.mark.parametrize("command", NEEDS_A_HOME, ids=" ".join)
def test_a_folder_that_is_no_home_is_said_to_be_none_and_left_as_it_was(
    tmp_path, monkeypatch, capsys, command
):
    code, out, err = said(monkeypatch, capsys, *command, "--home", str(tmp_path))
    assert (code, out) == (1, "")
    assert err == f"hone: Expected a home at {tmp_path}; there is no hone.toml. Make one with hone init."
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [["init"], ["status"], ["demo", "--no-serve"]], ids=" ".join)
def test_a_file_where_a_home_should_be_is_an_error_in_a_sentence(tmp_path, monkeypatch, capsys, command):
    (tmp_path / "file").write_text("not a folder")
    code, out, err = said(monkeypatch, capsys, *command, "--home", str(tmp_path / "file"))
    assert (code, out) == (1, "")
    assert err.startswith("hone: ")
    assert str(tmp_path / "file") in err
    assert "\n" not in err


def test_settings_that_are_no_text_are_an_error_in_a_sentence(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").write_bytes(b"\xff\xfe")
    code, _out, err = said(monkeypatch, capsys, "round", "--home", str(tmp_path))
    assert code == 1
    assert err.startswith("hone: hone.toml is not valid TOML")


@pytest.mark.parametrize(
    "setting",
    [
        "round.threads=0",
        "reject.samples=0",
        "reject.temperatures=[]",
        "ppo.temperature=0.0",
        "publish.comparisons=-1",
        "ppo.batch_size=2.5",
        "ppo.kl_coefs=1",
    ],
)
def test_a_setting_out_of_bounds_is_refused_before_a_round_begins(tmp_path, monkeypatch, capsys, setting):
    (tmp_path / "hone.toml").touch()
    code, _out, err = said(monkeypatch, capsys, "round", "--home", str(tmp_path), "--set", setting)
    assert code == 1
    assert setting.partition("=")[0] in err
    assert [path.name for path in tmp_path.iterdir()] == ["hone.toml"]


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_that_none_is_is_refused(monkeypatch, capsys, command):
    code, _out, err = said(monkeypatch, capsys, command, "--port", "65536")
    assert code == 2
    assert "65535" in err


def hone(home: Path, *arguments: str, typed: str = "") -> str:
    """What the command printed; nothing on the error stream."""
    command = [sys.executable, "-m", "rlhf", *arguments, "--json", "--home", str(home)]
    ended = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=True)
    assert ended.stderr == ""
    return ended.stdout


@pytest.mark.wide
def test_a_password_is_read_from_standard_input_where_nobody_sits_at_a_terminal(tmp_path):
    (tmp_path / "hone.toml").touch()
    assert json.loads(hone(tmp_path, "user", "add", "ada", typed="a long password\n"))["name"] == "ada"
    assert json.loads(hone(tmp_path, "user", "passwd", "ada", typed="a longer password"))["name"] == "ada"
    (ada,) = json.loads(hone(tmp_path, "user", "list"))["annotators"]
    assert (ada["name"], ada["role"]) == ("ada", "annotator")
    with open_store(Home(tmp_path)) as store, store.reading() as db:
        kept = credentials.newest_hash(db, ada["annotator_id"])
    assert not passwords.fits("a long password", kept)
    assert passwords.fits("a longer password", kept)


def test_a_round_alone_is_nothing_to_reject(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").touch()
    code, _out, err = said(monkeypatch, capsys, "reject", "--round", "1", "--home", str(tmp_path))
    assert code == 1
    assert err.startswith("hone: Expected --into POLICY beside --round")


def test_a_refusal_does_not_wait_for_torch(tmp_path):
    refused = "import sys; sys.argv[0] = 'hone'\nfrom rlhf import cli\ntry: cli.main()\n"
    refused += "except SystemExit as end: sys.exit(0 if 'torch' not in sys.modules and end.code else 1)"
    home = ["--home", str(tmp_path / "none")]
    for command in (
        ["round"],
        ["ask"],
        ["reward"],
        ["sft"],
        ["reject"],
        ["init", "--policy", "./none"],
        ["init", "--set", "a.b=1"],
    ):
        line = [sys.executable, "-c", refused, *command, *home]
        assert subprocess.run(line, cwd=ROOT, capture_output=True, check=False).returncode == 0, command
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("files", [["config.json"], ["model.safetensors"]], ids=" ".join)
def test_a_folder_that_is_half_a_model_makes_no_home(tmp_path, monkeypatch, capsys, files):
    for file in files:
        (tmp_path / file).touch()
    code, _out, err = said(
        monkeypatch, capsys, "init", "--policy", str(tmp_path), "--home", str(tmp_path / "home")
    )
    assert code == 1
    assert err.startswith("hone: Expected")
    assert not (tmp_path / "home").exists()


def test_every_setting_is_listed_with_its_value_default_and_meaning(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").write_text("[ppo]\nkl_coef = 0.5\n")
    _code, out, _err = said(monkeypatch, capsys, "settings", "--home", str(tmp_path), "--json")
    entries = json.loads(out)
    kl = entries["ppo.kl_coef"]
    assert (kl["value"], kl["default"]) == ("0.5", "0.01")
    assert kl["meaning"].startswith("β, nats to reward")
    assert all(len(entry["meaning"]) > 10 for entry in entries.values())
    known = {f"{part.name}.{key.name}" for part in fields(Settings) for key in fields(part.default_factory)}
    assert set(entries) == known


def test_one_section_is_listed_with_what_each_choice_may_be(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").touch()
    _code, out, _err = said(monkeypatch, capsys, "settings", "reward", "--home", str(tmp_path))
    assert out.startswith("[reward]\n")
    assert "ppo.batch_size" not in out
    assert '\n    One of "none" | "majority" | "dawid_skene" | "noisy_bradley_terry"\n' in out
    _code, out, _err = said(monkeypatch, capsys, "settings", "review", "--home", str(tmp_path), "--json")
    assert json.loads(out)["review.sign_off"]["choices"] == ['"helpfulness"', '"safety"']
    code, out, err = said(monkeypatch, capsys, "settings", "rewards", "--home", str(tmp_path))
    assert (code, out) == (1, "")
    assert err.startswith("hone: There is no section rewards; did you mean reward?")
    _code, out, _err = said(monkeypatch, capsys, "settings", "reward.loss", "--home", str(tmp_path))
    assert out.startswith('[reward]\nreward.loss = "ranking"')
    assert "reward.margin" not in out


def refused_rows(folder: Path, count: int) -> Path:
    (folder / "hone.toml").touch()
    (folder / "bad.jsonl").write_text('{"prompt": 3}\n' * count)
    return folder / "bad.jsonl"


def test_an_import_of_which_nothing_went_in_fails_and_says_how_much_it_does_not_say(
    tmp_path, monkeypatch, capsys
):
    file = refused_rows(tmp_path, 22)
    code, out, _err = said(monkeypatch, capsys, "import", "prompts", str(file), "--home", str(tmp_path))
    lines = out.splitlines()
    assert (code, len(lines)) == (1, 22)
    assert lines[0] == "22 rows read; prompts added: 0, there already: 0; rows refused: 22."
    assert lines[-1] == "and 2 more; --json gives up to 1,000."


def test_an_import_tells_what_was_there_already(tmp_path, monkeypatch, capsys):
    file = refused_rows(tmp_path, 1)
    file.write_text('{"prompt": "Hello"}\n')
    for told in (
        "1 row read; prompts added: 1, there already: 0; rows refused: 0.",
        "1 row read; prompts added: 0, there already: 1;",
    ):
        code, out, _err = said(monkeypatch, capsys, "import", "prompts", str(file), "--home", str(tmp_path))
        assert code == 0
        assert out.startswith(told)


def running(home: Home) -> None:
    """A home with a round that this process runs, and a decision on its policy."""
    (home.round(2) / "promote").mkdir(parents=True)
    times = {"started_at": "2026-01-02T03:04:00", "round": 2, "method": "ppo", "seed": 0}
    now = {"state": "running", "stage": "evaluate", "fraction": 0.5, "message": "the first policy answers"}
    decision = {"outputs": {"promoted": False, "reasons": ["It is 30.0 nats away."]}}
    (home.round(2) / "plan.json").write_text(json.dumps(times))
    status = {**now, "pid": os.getpid(), "updated_at": "2026-01-02T03:09:00"}
    (home.round(2) / "status.json").write_text(json.dumps(status))
    (home.round(2) / "promote" / "done.json").write_text(json.dumps(decision))


def test_the_status_tells_how_the_round_goes_and_what_was_decided(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").touch()
    running(Home(tmp_path))
    _code, out, _err = said(monkeypatch, capsys, "status", "--home", str(tmp_path))
    lines = out.splitlines()
    assert lines[0].split() == ["home", str(tmp_path)]
    assert lines[-3] == "Round 2 is running, begun 2026-01-02 03:04 UTC."
    assert lines[-2].startswith(
        "evaluate, 50%: the first policy answers (last heard of 2026-01-02 03:09 UTC)"
    )
    assert lines[-1].startswith("Not promoted")
    assert lines[-1].endswith("It is 30.0 nats away.")
    _code, out, _err = said(monkeypatch, capsys, "status", "--home", str(tmp_path), "--json")
    newest = json.loads(out)["newest_round"]
    assert (newest["promoted"], newest["reasons"]) == (False, ["It is 30.0 nats away."])


def test_a_round_beside_a_running_one_is_refused_in_one_sentence_before_anything_heavy(tmp_path):
    running(Home(tmp_path))
    plan = json.loads((tmp_path / "rounds" / "002" / "plan.json").read_text())
    write_json(tmp_path / "rounds" / "002" / "plan.json", {**plan, "overrides": ["round.method=ppo"]})
    (tmp_path / "hone.toml").touch()
    with FileLock(tmp_path / "rounds" / "round.lock"):
        assert refused_light(tmp_path) == (
            "hone: A round is already running on this home; wait for it or stop it first.\n"
        )


def test_too_few_labels_are_told_before_anything_heavy_and_leave_no_round_behind(tmp_path):
    (tmp_path / "hone.toml").touch()
    assert refused_light(tmp_path).startswith(
        "hone: Expected at least 50 labels since the last round; there are 0"
    )
    assert [path.name for path in (tmp_path / "rounds").iterdir()] == ["round.lock"]


def refused_light(home: Path) -> str:
    """What `hone round` wrote, which was refused before torch was loaded."""
    light = "import sys; from rlhf import cli\ntry: cli.main()\n"
    light += "finally: assert 'torch' not in sys.modules"
    line = [sys.executable, "-c", light, "round", "--home", str(home)]
    ended = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    return ended.stderr


def test_a_table_of_rounds_fits_a_terminal_of_80_columns(tmp_path, capsys):
    row = RoundResult(
        round=12,
        labels=123456,
        reward_accuracy=1.0,
        oracle_win_rate=1.0,
        oracle_win_rate_low=0.99,
        oracle_win_rate_high=1.0,
        reward_model_win_rate=1.0,
        unsafe_rate=1.0,
        false_refusal_rate=1.0,
        kl=21.25,
        seconds=3600.0,
    )
    show_outcome(Home(tmp_path), [row])
    written = capsys.readouterr().out
    assert all(len(line.rstrip()) <= 80 for line in written.splitlines())
    assert "…" not in written
    figures = "12 123456 100.0 100.0 (99.0–100.0) 100.0 100.0 100.0 21.25 60.0"
    assert written.splitlines()[-1].split() == figures.split()


def test_the_version_is_told(monkeypatch, capsys):
    code, out, _err = said(monkeypatch, capsys, "--version")
    assert (code, out) == (0, f"hone {__version__}\n")


def test_where_no_terminal_watches_each_stage_is_a_line_and_now_and_then_a_further_one(monkeypatch, capsys):
    with progress_bar(quiet=False) as show:
        for stage, fraction in (("reward_safety", 0.0), ("reward_safety", 0.5), ("ppo", 0.0)):
            show(stage, fraction, "working")
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" s  ")[2] for line in lines] == ["reward safety", "ppo"]
    monkeypatch.setattr(options, "SILENCE_SECONDS", 0.0)
    with progress_bar(quiet=False) as show:
        show("reward_safety", 0.0, "working")
        show("reward_safety", 0.125, "working")
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" s  ")[2] for line in lines] == ["reward safety", "reward safety 12%"]


def test_a_person_is_barred_from_a_track_and_let_in_again(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").touch()
    here = ("--home", str(tmp_path))
    add = ("user", "add", "ada", "--password", "long enough", "--language", "de", "--language", "pt-BR")
    assert said(monkeypatch, capsys, *add, *here)[0] == 0
    qualify = ("user", "qualify", "ada", "--track", "safety", "--why", "gold accuracy")
    assert said(monkeypatch, capsys, *qualify, "--failed", *here)[1] == "ada may not judge safety.\n"
    assert said(monkeypatch, capsys, *qualify, *here)[1] == "ada may judge safety.\n"
    listed = json.loads(said(monkeypatch, capsys, "user", "list", "--json", *here)[1])
    assert [one["languages"] for one in listed["annotators"]] == [["de", "pt-BR"]]


def test_a_gold_answer_is_made_of_a_label_that_is_there(tmp_path, monkeypatch, capsys):
    (tmp_path / "hone.toml").touch()
    code, _out, err = said(monkeypatch, capsys, "gold", "label:x", "--why", "y", "--home", str(tmp_path))
    assert (code, err) == (1, "hone: There is no label whose id begins with x; look its id up once more.")
