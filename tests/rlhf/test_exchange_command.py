"""`hone import` and `hone export`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rlhf.cli import app
from rlhf.commands.exchange import FormatName
from store.exchange.catalogue import FORMATS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "hone.toml").touch()
    monkeypatch.setenv("HONE_HOME", str(tmp_path / "home"))
    return tmp_path


def hone(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_the_command_names_the_formats_that_there_are() -> None:
    assert list(FormatName) == list(FORMATS)


def test_what_goes_out_to_train_is_the_train_split_unless_all_is_wanted(home: Path) -> None:
    rows = [{"prompt": f"question {n}", "chosen": "yes", "rejected": "no"} for n in range(60)]
    (home / "in.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    assert "60 rows read; labels added: 60," in hone("import", "trl", str(home / "in.jsonl"))
    train = json.loads(hone("export", "trl", str(home / "train.parquet"), "--json"))
    held = json.loads(hone("export", "trl", str(home / "held.jsonl.gz"), "--split", "heldout", "--json"))
    assert 40 <= train["rows"] < 60
    assert train["rows"] + held["rows"] == 60
    assert "60 rows in" in hone("export", "trl", str(home / "all.jsonl"), "--all", "--shape", "plain")
    assert [json.loads(line)["prompt"] for line in (home / "all.jsonl").open()] == [
        row["prompt"] for row in rows
    ]
