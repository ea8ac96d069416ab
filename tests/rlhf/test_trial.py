"""`hone reward` in a home of the pocket world: what it refuses at once, and how it stops and goes on."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rlhf.begin import begin
from rlhf.config import Settings
from rlhf.models import ModelError
from rlhf.pocket.panel import panel
from rlhf.simulate import simulate
from rlhf.track import Stopped
from rlhf.trial import try_reward
from store.door import open_door
from store.home import Home
from store.records import Track
from store.settings import load

ROOT = Path(__file__).parents[2]
SMALL = (ROOT / "tests" / "small_round.toml").read_text(encoding="utf-8")
FEW_STEPS = ["reward.batch_pairs=2", "reward.epochs=1", "reward.bootstrap_pairs=0"]


def said(home: Path, *arguments: str) -> str:
    """What `hone reward` refuses with, and whether torch was read by then."""
    asked = f"import sys; sys.argv = ['hone', 'reward', '--home', {str(home)!r}, *{list(arguments)!r}]\n"
    asked += "from rlhf import cli\ntry: cli.main()\n"
    asked += "except SystemExit as end: print(end.code, 'torch' in sys.modules)"
    line = [sys.executable, "-c", asked]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.wide
def test_labels_that_are_missing_are_said_before_torch_is_read(tmp_path: Path):
    (tmp_path / "hone.toml").touch()
    assert said(tmp_path) == "hone: There are no preferences to freeze yet; nothing was written. False"
    rows = [
        {
            "chosen": f"\n\nHuman: Hi {n}\n\nAssistant: Hello!",
            "rejected": f"\n\nHuman: Hi {n}\n\nAssistant: What?",
        }
        for n in range(9)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    command = [sys.executable, "-m", "rlhf", "import", "hh", tmp_path / "rows.jsonl", "--home", tmp_path]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert said(tmp_path, "--track", "safety") == (
        "hone: The snapshot has no safety preference; collect at least two before training this reward "
        "model. False"
    )
    assert said(tmp_path).startswith("hone: Expected a policy to start from; the home has none.")
    assert not (tmp_path / "trials").exists()


def test_a_trial_that_is_stopped_says_so_and_goes_on_where_it_was(tmp_path: Path):
    home = Home(tmp_path / "home")
    home.root.mkdir()
    home.settings.write_text(SMALL)
    begin(home, "pocket", [], lambda *_said: None)
    with open_door(home) as door:
        simulate(door, panel(3), 40)
    settings = load(Settings, home.settings, FEW_STEPS)
    status = home.root / "trials" / "reward_helpfulness" / "status.json"

    def stopping(_stage: str, _fraction: float, message: str) -> None:
        if message.startswith("step 2 of"):
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Stopped, match=r"stopped at step 3 of \d+; the same command goes on from there\."):
        try_reward(home, Track.HELPFULNESS, settings, stopping)
    assert json.loads(status.read_text())["state"] == "stopped"

    told: list[str] = []
    trial = try_reward(home, Track.HELPFULNESS, settings, lambda *said: told.append(said[2]))
    assert told[0].startswith("goes on after step 3 of")
    assert json.loads(status.read_text())["state"] == "finished"
    assert trial.settings == settings.reward

    wide = load(Settings, home.settings, ["reward.lora_rank=4096"])
    with pytest.raises(ModelError, match="below the model's width"):
        try_reward(home, Track.HELPFULNESS, wide, lambda *_said: None)
    assert json.loads(status.read_text())["state"] == "failed"
