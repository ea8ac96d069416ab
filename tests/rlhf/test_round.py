"""A round is a sequence of stages, each finished once, however often it is killed."""

import json
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from filelock import FileLock

from rlhf.config import EvaluationSettings, PublishSettings, RewardSettings, RoundSettings, Settings
from rlhf.next_round import Chosen, choose, finished, unfinished
from rlhf.policy_settings import DPOSettings, MonitorSettings, PPOSettings, RLOOSettings, SFTSettings
from rlhf.round import run_round
from rlhf.stages import STAGES as REAL_STAGES
from rlhf.track import Stopped, read_metrics
from rlhf.turning import RoundError, Stage, Turning, settings_of
from store import round_stages
from store.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    value: int


def stage(name: str, needs: tuple[str, ...], settings: tuple[str, ...] = (), add: int = 1) -> Stage:
    def run(turning: Turning) -> Count:
        with (turning.home.root / "ran.txt").open("a") as ran:
            ran.write(f"{name}\n")
        return Count(value=add + sum(turning.results[need].value for need in needs))

    return Stage(name=name, result=Count, needs=needs, settings=settings, run=run)


STAGES = (
    stage("snapshot", ()),
    stage("reward", ("snapshot",), ("reward",)),
    stage("ppo", ("reward",), ("ppo",)),
    stage("publish", ("ppo",)),
)


def ran(home: Home) -> list[str]:
    return (home.root / "ran.txt").read_text().split()


def turn(home: Home, settings: Settings | None = None, stages: tuple[Stage, ...] = STAGES) -> int:
    return run_round(home, None, Chosen(settings=settings or Settings()), stages)


def test_stages_run_in_order_and_pass_their_results_on(tmp_path):
    home = Home(tmp_path)
    assert turn(home) == 1
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]
    done = json.loads((home.round(1) / "publish" / "done.json").read_text())
    assert done["outputs"] == {"value": 4}
    assert json.loads((home.round(1) / "status.json").read_text())["state"] == "finished"


def test_a_finished_round_is_followed_by_the_next_one(tmp_path):
    home = Home(tmp_path)
    assert [turn(home), turn(home)] == [1, 2]
    assert finished(home) == [1, 2]


def failing_at(name: str, stages: tuple[Stage, ...] = STAGES) -> tuple[Stage, ...]:
    def fail(_turning: Turning) -> Count:
        raise OSError("The disk is full.")

    return tuple(replace(part, run=fail) if part.name == name else part for part in stages)


@pytest.mark.parametrize("at", [part.name for part in STAGES])
def test_a_round_that_failed_resumes_at_that_stage(tmp_path, at):
    home = Home(tmp_path)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at(at))
    status = json.loads((home.round(1) / "status.json").read_text())
    assert (status["state"], status["stage"]) == ("failed", at)
    assert unfinished(home) == 1
    assert turn(home) == 1
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]


def test_changed_settings_redo_what_depends_on_them_and_nothing_else(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish"))
    turn(home, Settings(ppo=PPOSettings(kl_coef=0.5)))
    # The redone stage came to the same result, but what it learned from is the same too: only it ran again.
    assert ran(home) == ["snapshot", "reward", "ppo", "ppo", "publish"]


def test_a_changed_method_keeps_the_reward_model_and_the_time_at_which_the_round_was_begun(tmp_path):
    home = Home(tmp_path)
    stages = tuple(
        replace(part, settings=("ppo", "round.method")) if part.name == "ppo" else part for part in STAGES
    )
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish", stages))
    begun = json.loads((home.round(1) / "plan.json").read_text())
    turn(home, Settings(round=RoundSettings(method="rs")), stages)
    plan = json.loads((home.round(1) / "plan.json").read_text())
    assert ran(home) == ["snapshot", "reward", "ppo", "ppo", "publish"]
    assert (begun["method"], plan["method"]) == ("rs+ppo", "rs")
    assert plan["started_at"] == begun["started_at"]


def telling(part: Stage) -> Stage:
    """The stage, which logs its coefficient and a part of its work under another name."""

    def run(turning: Turning) -> Count:
        turning.tracker.log(part.name, 0, kl_coef=turning.settings.ppo.kl_coef)
        turning.tracker.log(f"{part.name}_part", 1, made=1)
        return part.run(turning)

    return replace(part, run=run, also_logs=(f"{part.name}_part",))


def test_a_stage_that_is_done_again_tells_nothing_of_what_it_made_before(tmp_path):
    home = Home(tmp_path)
    stages = tuple(telling(part) for part in STAGES)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish", stages))
    turn(home, Settings(ppo=PPOSettings(kl_coef=0.5)), stages)
    told = [(line["stage"], line.get("kl_coef")) for line in read_metrics(home.round(1))]
    first = Settings().ppo.kl_coef
    assert told == [
        ("snapshot", first),
        ("snapshot_part", None),
        ("reward", first),
        ("reward_part", None),
        ("ppo", 0.5),
        ("ppo_part", None),
        ("publish", 0.5),
        ("publish_part", None),
    ]


def test_what_learns_besides_is_forgotten_with_the_samples():
    reject = next(part for part in REAL_STAGES if part.name == "reject")
    assert reject.also_logs == ("gatt", "distill")


def begun_with(home: Home, *overrides: str) -> None:
    """A round that was started with these and failed in its last stage."""
    with pytest.raises(OSError, match="disk is full"):
        run_round(home, None, choose(home, overrides), failing_at("publish"))


def test_a_round_goes_on_with_what_it_was_started_with_and_repeats_nothing(tmp_path):
    home = Home(tmp_path)
    begun_with(home, "ppo.kl_coef=0.5", "round.seed=7")
    chosen = choose(home, [])
    assert chosen.kept == ("ppo.kl_coef=0.5", "round.seed=7")
    assert (chosen.settings.ppo.kl_coef, chosen.settings.round.seed) == (0.5, 7)
    run_round(home, None, chosen, STAGES)
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]
    assert choose(home, []) == Chosen(settings=Settings())  # the next round begins afresh


def test_what_is_set_anew_goes_before_what_the_round_was_started_with(tmp_path):
    home = Home(tmp_path)
    begun_with(home, "ppo.kl_coef=0.5", "round.seed=7")
    chosen = choose(home, ["ppo.kl_coef=0.25"])
    assert chosen.kept == ("round.seed=7",)
    run_round(home, None, chosen, failing_at("publish")[:-1])
    assert ran(home) == ["snapshot", "reward", "ppo", "ppo"]
    assert choose(home, []).settings.ppo.kl_coef == 0.25


def test_a_published_round_is_finished_with_its_own_settings_or_not_at_all(tmp_path):
    home = Home(tmp_path)

    def die_after_publishing(turning: Turning) -> Count:
        turning.published.touch()
        raise OSError("The disk is full.")

    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=(*STAGES[:-1], replace(STAGES[-1], run=die_after_publishing)))
    weights = home.round(1) / "ppo" / "policy"
    weights.touch()
    with pytest.raises(RoundError, match="has given its policy to the store"):
        turn(home, Settings(ppo=PPOSettings(kl_coef=0.5)))
    assert weights.exists()
    assert turn(home) == 1
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]


def older(home: Home, name: str) -> None:
    """The stage's result as an earlier version wrote it, which knew no `value`."""
    done = home.round(1) / name / "done.json"
    done.write_text(json.dumps({"seconds": 1.0, "outputs": {"amount": 2}}))


def test_what_another_version_made_in_another_form_is_made_again_and_the_rest_kept(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish"))
    older(home, "reward")
    assert turn(home) == 1
    assert ran(home) == ["snapshot", "reward", "ppo", "reward", "publish"]
    done = json.loads((home.round(1) / "publish" / "done.json").read_text())
    assert done["outputs"] == {"value": 4}


def test_a_published_round_that_another_version_began_is_left_to_that_version(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish"))
    (home.round(1) / "results.json").touch()
    older(home, "ppo")
    with pytest.raises(RoundError, match="with the version of Hone that began it"):
        turn(home)
    assert (home.round(1) / "ppo" / "done.json").exists()


AFTER_REWARD = {"reject", "evaluate", "publish"}


@pytest.mark.parametrize(
    ("changed", "redone"),
    [
        (Settings(round=RoundSettings(seed=1)), {stage.name for stage in REAL_STAGES}),
        (Settings(round=RoundSettings(minimum_labels=1)), set()),
        (Settings(round=RoundSettings(method="rs")), {"ppo", "publish"}),
        (Settings(round=RoundSettings(method="dpo")), {"reject", "ppo", "baseline", "publish"}),
        (Settings(reward=RewardSettings(epochs=2)), {"reward_helpfulness", "reward_safety"}),
        (Settings(sft=SFTSettings(epochs=3)), {"reject"}),
        (Settings(ppo=PPOSettings(kl_coef=0.5)), {"ppo"}),
        (Settings(ppo=PPOSettings(safety_gate=0.5)), AFTER_REWARD | {"ppo"}),
        (Settings(monitor=MonitorSettings(refusals=("no",))), {"ppo"}),
        (Settings(dpo=DPOSettings(beta=0.5)), set()),
        (Settings(rloo=RLOOSettings(steps=1)), set()),
        (Settings(evaluate=EvaluationSettings(temperature=0.5)), {"evaluate", "publish"}),
        (Settings(publish=PublishSettings(comparisons=1)), {"publish"}),
    ],
    ids=[
        "seed",
        "minimum",
        "no PPO",
        "method",
        "reward",
        "sft",
        "ppo",
        "gate",
        "monitor",
        "dpo elsewhere",
        "rloo elsewhere",
        "evaluate",
        "publish",
    ],
)
def test_a_setting_redoes_the_stages_that_read_it(changed, redone):
    assert differing(Settings(), changed) == redone


def differing(before: Settings, after: Settings) -> set[str]:
    """The stages that read other settings."""
    return {stage.name for stage in REAL_STAGES if settings_of(stage, before) != settings_of(stage, after)}


@pytest.mark.parametrize(
    ("method", "changed", "redone"),
    [
        ("dpo", Settings(dpo=DPOSettings(beta=0.5)), {"baseline"}),
        ("dpo", Settings(rloo=RLOOSettings(steps=1)), set()),
        ("dpo", Settings(ppo=PPOSettings(kl_coef=0.5), sft=SFTSettings(epochs=3)), set()),
        ("rloo", Settings(rloo=RLOOSettings(steps=1)), {"baseline"}),
        ("rloo", Settings(dpo=DPOSettings(beta=0.5)), set()),
        ("rloo", Settings(ppo=PPOSettings(missing_end_penalty=0.5)), {"baseline"}),
        ("ppo", Settings(sft=SFTSettings(epochs=3)), set()),
        ("rs", Settings(ppo=PPOSettings(kl_coef=0.5)), set()),
    ],
)
def test_what_the_method_does_not_read_redoes_nothing(method, changed, redone):
    way = RoundSettings(method=method)
    assert differing(Settings(round=way), replace(changed, round=way)) == redone


def test_another_text_to_read_again_redoes_the_stage_that_reads_it(tmp_path):
    """Its name is the same, as is the name of a text that nobody reads."""
    home = Home(tmp_path)
    (home.root / "read.jsonl").write_text('{"text": "hot"}')
    settings = Settings(ppo=PPOSettings(pretraining_text="read.jsonl"))
    stages = tuple(replace(part, files=("ppo.pretraining_text",)) for part in STAGES)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, settings, failing_at("publish", stages))
    (home.root / "read.jsonl").write_text('{"text": "cold"}')
    turn(home, settings, stages)
    assert ran(home) == ["snapshot", "reward", "ppo", "ppo", "publish"]
    assert [part.name for part in REAL_STAGES if part.files == stages[0].files] == ["ppo"]


def told(home: Home, method: str, stages: tuple[Stage, ...]) -> list[str]:
    """The stages of which whoever follows the round hears, in order."""
    names: list[str] = []
    settings = Settings(round=RoundSettings(method=method))
    run_round(home, None, Chosen(settings=settings), stages, lambda stage, *_more: names.append(stage))
    return names


def test_nobody_is_told_of_a_stage_that_the_method_leaves_out(tmp_path):
    home = Home(tmp_path)
    assert told(home, "rs", STAGES) == ["snapshot", "reward", "publish"]
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]  # it passes on what it is given


def test_the_stage_of_dpo_and_rloo_is_called_by_the_method(tmp_path):
    stages = (stage("snapshot", ()), stage("baseline", ("snapshot",)))
    for method in ("dpo", "rloo"):
        home = Home(tmp_path / method)
        assert told(home, method, stages) == ["snapshot", method.upper()]
        assert json.loads((home.round(1) / "status.json").read_text())["stage"] == "baseline"


def test_the_stages_are_those_that_the_rounds_page_shows():
    assert tuple(stage.name for stage in REAL_STAGES) == round_stages.STAGES


def test_a_changed_result_redoes_the_stages_after_it(tmp_path):
    home = Home(tmp_path)
    with pytest.raises(OSError, match="disk is full"):
        turn(home, stages=failing_at("publish"))
    settings = Settings(ppo=PPOSettings(kl_coef=0.5))
    changed = tuple(
        stage("ppo", ("reward",), ("ppo",), add=5) if part.name == "ppo" else part for part in STAGES
    )
    turn(home, settings, changed)
    done = json.loads((home.round(1) / "publish" / "done.json").read_text())
    assert done["outputs"] == {"value": 8}


def test_a_second_round_on_the_same_home_is_refused(tmp_path):
    home = Home(tmp_path)
    home.rounds.mkdir()
    with FileLock(home.rounds / "round.lock"), pytest.raises(RoundError, match="already running"):
        turn(home)


def test_a_stop_ends_the_round_between_reports_and_keeps_what_is_done(tmp_path):
    home = Home(tmp_path)

    def stopping(turning: Turning) -> Count:
        turning.tracker.stop.set()
        turning.tracker.progress("reward", 0.5, "half way")
        raise AssertionError("it should have stopped")

    stages = tuple(replace(part, run=stopping) if part.name == "reward" else part for part in STAGES)
    with pytest.raises(Stopped):
        turn(home, stages=stages)
    status = json.loads((home.round(1) / "status.json").read_text())
    assert (status["state"], status["stage"], status["fraction"]) == ("stopped", "reward", 0.5)
    assert ran(home) == ["snapshot"]
    turn(home)
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from dataclasses import replace
    sys.path.insert(0, {tests!r})
    import test_round
    def die(turning):
        (turning.stage({at!r}) / "half.txt").write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)
    stages = tuple(replace(part, run=die) if part.name == {at!r} else part for part in test_round.STAGES)
    test_round.turn(test_round.Home(Path({home!r})), stages=stages)
"""


@pytest.mark.parametrize(
    "at",
    [pytest.param(part.name, marks=[pytest.mark.slow] if part.name != "ppo" else []) for part in STAGES],
)
def test_a_round_that_was_killed_resumes_and_repeats_no_finished_stage(tmp_path, at):
    script = textwrap.dedent(KILLED.format(tests=str(Path(__file__).parent), at=at, home=str(tmp_path)))
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script], cwd=root, check=False)
    assert killed.returncode == -9
    home = Home(tmp_path)
    before = ran(home) if (tmp_path / "ran.txt").exists() else []
    assert turn(home) == 1
    assert ran(home) == ["snapshot", "reward", "ppo", "publish"]
    assert before == ["snapshot", "reward", "ppo", "publish"][: [part.name for part in STAGES].index(at)]
