"""The commands at their edges: what is wrong is one sentence on the error stream, and JSON stands alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rlhf import cli

ROOT = Path(__file__).parents[2]
NEEDS_A_HOME = (
    ["serve"],
    ["import", "prompts", "none.jsonl"],
    ["ask"],
    ["simulate"],
    ["snapshot"],
    ["reward"],
    ["round"],
    ["status"],
    ["user", "add", "ada", "--password", "long enough"],
    ["lineage", "policy:1"],
    ["audit", "verify"],
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


@pytest.mark.parametrize("command", NEEDS_A_HOME, ids=lambda command: command[0])
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


def test_asking_for_a_password_leaves_the_printed_object_alone(tmp_path):
    (tmp_path / "hone.toml").touch()
    command = [sys.executable, "-m", "rlhf", "user", "add", "ada", "--json", "--home", str(tmp_path)]
    typed = "a long password\n" * 2
    asked = subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, check=True)
    assert json.loads(asked.stdout)["name"] == "ada"
    assert "Password" in asked.stderr
