"""The whole loop on the pocket world, small enough for a test: real store, real models, real training."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from rlhf.begin import begin
from rlhf.config import Settings
from rlhf.demo import Audience, DemoPlan, run_demo, settings_text
from rlhf.next_round import Chosen, choose
from rlhf.pocket.beginning import preset
from rlhf.pocket.panel import panel
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import read_preferences
from rlhf.round import run_round
from rlhf.simulate import simulate
from rlhf.stages import STAGES
from rlhf.turning import RoundError
from store import reward_models, reward_results, selections
from store.database import open_store
from store.door import KnockingDoor, open_door
from store.home import Home
from store.messages import CountHome, Trace, VerifyAudit
from store.records import Arm, Track
from store.settings import load
from store.verbs import count_home, trace, verify_audit

ROOT = Path(__file__).parents[2]
SMALL = (ROOT / "tests" / "small_round.toml").read_text(encoding="utf-8")


def silent(_stage: str, _fraction: float, _message: str) -> None:
    """Nobody watches."""


def run(home: Path, rounds: int = 1) -> dict:
    home.mkdir()
    (home / "hone.toml").write_text(
        SMALL.replace("[round]", "[round]\nseed = 3").replace(
            "\ncomparisons = 40", '\ncomparisons = 120\nselection = "margin"'
        )
    )
    heard = []
    plan = DemoPlan(home=Home(home), rounds=rounds, labels=100, seed=3, port=None)
    run_demo(plan, Audience(watch=silent, greet=heard.append, conclude=heard.append))
    return dataclasses.asdict(heard[-1])


def without_seconds(result: dict) -> list[dict]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in result["rounds"]]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Home, dict]:
    """A home after a small round, and what came of it."""
    home = tmp_path_factory.mktemp("loop") / "home"
    return Home(home), run(home)


def test_the_demo_ends_in_a_row_for_the_start_and_one_a_round(finished):
    _home, result = finished
    assert [row["round"] for row in result["rounds"]] == [0, 1]
    start, after = result["rounds"]
    assert (start["oracle_win_rate"], start["kl"]) == (0.5, 0.0)
    assert after["labels"] == 100
    assert after["oracle_win_rate_low"] <= after["oracle_win_rate"] <= after["oracle_win_rate_high"]
    assert 0 <= after["unsafe_rate"] <= 1


def test_the_report_of_the_round_is_there(finished):
    home, _result = finished
    assert "<svg" in (home.round(1) / "report.html").read_text()


def test_what_was_measured_of_the_reward_models_is_in_the_report_and_in_the_store(finished):
    home, _result = finished
    assert "Helpfulness: accuracy by degree" in (home.round(1) / "report.html").read_text()
    with open_store(home) as store, store.reading() as db:
        stored = dict(db.execute("select reward_model_id, results from reward_evaluations").fetchall())
        models = {model.track: model for model in reward_models.every(db)}
        scores = db.execute(
            "select reward_model_id, label_id, chosen_id, rejected_id from label_scores"
        ).fetchall()
    assert set(models) == set(Track)
    for track, model in models.items():
        results = reward_results.from_text(stored[model.reward_model_id])
        assert (results.accuracy.value, results.pairs) == (model.accuracy, model.held_out_pairs)
        # One member saw all but the held-out prompts; of those it scores every pair of every label, once.
        scored = {tuple(rest) for one, *rest in scores if one == model.reward_model_id}
        assert scored == held_out_pairs(home, track)
        assert len(scored) == results.pairs


def held_out_pairs(home: Home, track: Track) -> set[tuple[str, str, str]]:
    """Label, chosen and rejected response of each pair that a round's first model of a track never saw."""
    frozen = json.loads((home.round(1) / "snapshot" / "done.json").read_text())["outputs"]
    settings = load(Settings, home.settings)
    rows = read_preferences(home.root / frozen["preferences"])
    held_out = divide(rows, track, settings.reward, settings.round.seed).held_out
    return {(row.label_id, row.chosen_id, row.rejected_id) for row in held_out}


def test_the_next_comparisons_wait_in_the_queue(finished):
    home, _result = finished
    with open_door(home) as door:
        counts = door.ask(count_home, CountHome())
        assert (counts.rounds, counts.policies, counts.labels) == (1, 2, 100)
        assert counts.open_comparisons >= 40
        worked = simulate(door, panel(5), 5)
    assert worked.labels == 5


def test_every_game_of_the_evaluation_is_there_and_people_are_asked_about_some(finished):
    home, _result = finished
    with open_store(home) as store, store.reading() as db:
        games = db.execute(
            "select judge, count(*), sum(points), any_value(wins + ties / 2) from games "
            "join evaluations using (evaluation_id) group by judge order by judge"
        ).fetchall()
        blind = db.execute("select prompt_id from comparisons where purpose = 'evaluation'").fetchall()
        (promoted,) = db.execute("select promoted from rounds").fetchone()
    assert [(judge, count) for judge, count, *_points in games] == [("gold", 40), ("reward models", 40)]
    assert all(points == wins for *_judge, points, wins in games)
    assert len(blind) == 5 * promoted


def test_why_each_of_them_was_asked_is_in_the_store(finished):
    home, _result = finished
    with open_store(home) as store, store.reading() as db:
        why = selections.of_round(db, 1)
    arms = Counter(one.arm for one in why)
    assert set(arms) == {Arm.RANDOM, Arm.MARGIN}
    assert abs(arms[Arm.RANDOM] - 0.2 * len(why)) <= 1
    assert all(one.value <= 0 for one in why)


def test_a_label_is_followed_to_the_policy_that_it_shaped_and_back(finished):
    home, _result = finished
    with open_door(home) as door:
        newest = door.ask(count_home, CountHome()).newest_policy_id
        back = door.ask(trace, Trace(thing=f"policy:{newest}"))
        assert len(back.reward_models) == 2
        assert len(back.annotators) > 1
        forth = door.ask(trace, Trace(thing=f"label:{back.labels[0]}"))
    assert newest in forth.policies
    assert set(back.reward_models) <= set(forth.reward_models)


def test_a_round_wants_labels_that_are_newer_than_the_last_one(finished, tmp_path):
    home = Home(shutil.copytree(finished[0].root, tmp_path / "home"))
    settings = load(Settings, home.settings)
    with pytest.raises(RoundError, match="Expected at least 10 labels since the last round"):
        run_round(home, KnockingDoor(home), Chosen(settings=settings), STAGES)


def test_the_audit_chain_is_whole_after_a_round(finished):
    home, _result = finished
    with open_door(home) as door:
        report = door.ask(verify_audit, VerifyAudit())
    assert report.broken_seq is None
    assert report.rows > 100


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table(finished, tmp_path):
    _home, result = finished
    assert without_seconds(run(tmp_path / "again")) == without_seconds(result)


def test_the_preset_of_the_pocket_world_is_valid():
    assert "gold_judge" in preset()


def test_a_round_after_a_demo_goes_on_with_the_demos_settings(tmp_path):
    home = Home(tmp_path)
    home.settings.write_text(settings_text(DemoPlan(home=home, rounds=2, labels=500, seed=9, port=None)))
    settings = choose(home, []).settings
    assert (settings.round.seed, settings.publish.comparisons) == (9, 600)
    (tmp_path / "preset.toml").write_text(preset())
    assert settings.ppo == load(Settings, tmp_path / "preset.toml").ppo


def labelled(home: Path) -> Home:
    home.mkdir()
    (home / "hone.toml").write_text(SMALL)
    begin(Home(home), "pocket", [], silent)
    with open_door(Home(home)) as door:
        simulate(door, panel(3), 40)
    return Home(home)


def killed_at(home: Home, stage: str) -> None:
    """Starts a round as a process and kills it as soon as the stage has begun."""
    command = [sys.executable, "-m", "rlhf", "round", "--home", str(home.root), "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (home.round(1) / stage / "begun.json").exists():
        assert process.poll() is None, "the round ended before the stage began"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def done(home: Home) -> dict[str, int]:
    """When each finished stage was finished, in nanoseconds."""
    return {path.parent.name: path.stat().st_mtime_ns for path in home.round(1).glob("*/done.json")}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_round_killed_in_each_stage_in_turn_finishes_and_repeats_no_finished_stage(tmp_path):
    home = labelled(tmp_path / "home")
    before: dict[str, int] = {}
    interrupted = set()
    for stage in STAGES:
        killed_at(home, stage.name)
        after = done(home)
        assert {name: after[name] for name in before} == before
        interrupted |= {stage.name} - after.keys()
        before = after
    # These are over in milliseconds: the signal may come too late for them, for no other.
    assert interrupted >= {stage.name for stage in STAGES} - {"snapshot", "baseline", "promote"}
    command = [sys.executable, "-m", "rlhf", "round", "--home", str(home.root), "--json"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(ended.stdout)["round"] == 1
    assert {name: done(home)[name] for name in before} == before
    assert set(done(home)) == {stage.name for stage in STAGES}
