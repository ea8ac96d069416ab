"""A whole round whose policy is improved by a baseline: real store, real models, real training."""

import json
from pathlib import Path

import pytest

from rlhf.begin import begin
from rlhf.models import load_policy
from rlhf.next_round import choose
from rlhf.pocket.panel import panel
from rlhf.round import run_round
from rlhf.simulate import simulate
from rlhf.stages import STAGES
from store import rounds
from store.database import open_store
from store.door import open_door
from store.home import Home

SMALL = (Path(__file__).parents[2] / "small_round.toml").read_text(encoding="utf-8")


def turned(folder: Path, method: str) -> Home:
    """A home after a small round of this method."""
    home = Home(folder / method)
    home.root.mkdir()
    home.settings.write_text(SMALL)
    begin(home, "pocket", [], lambda _stage, _fraction, _message: None)
    with open_door(home) as door:
        simulate(door, panel(3), 40)
        run_round(home, door, choose(home, [f"round.method={method}"]), STAGES)
    return home


def outputs(home: Home, stage: str) -> dict[str, str]:
    return json.loads((home.round(1) / stage / "done.json").read_text())["outputs"]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["dpo", "rloo"])
def test_a_round_may_improve_its_policy_by_a_baseline(tmp_path, method):
    home = turned(tmp_path, method)
    start = outputs(home, "snapshot")["policy_id"]
    assert outputs(home, "reject")["policy_id"] == outputs(home, "ppo")["policy_id"] == start
    made = outputs(home, "baseline")
    assert made["policy_id"] != start
    load_policy(home.root / made["path"])
    (progress,) = rounds.progress(home)
    assert (progress.method, progress.state) == (method, "finished")
    assert [stage.name for stage in progress.stages][3:5] == ["baseline", "evaluate"]
    with open_store(home) as store, store.reading() as db:
        row = "select method, policy_id from rounds"
        assert db.execute(row).fetchall() == [(method, made["policy_id"])]
    assert rounds.results(home)[1].kl != 0
