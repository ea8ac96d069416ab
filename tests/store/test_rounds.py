"""What the folders of the rounds tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from store import processes, round_stages, rounds
from store.home import Home
from store.rounds import State, Verdict

PLAN = {"round": 1, "method": "rs+ppo", "seed": 0, "started_at": "2026-11-21T03:00:00"}
STATUS = {
    "state": "running",
    "stage": "ppo",
    "fraction": 0.4,
    "message": "iteration 12 of 30",
    "pid": os.getpid(),
    "updated_at": "2026-11-21T03:10:00",
}
RESULTS = {
    "round": 1,
    "labels": 300,
    "reward_accuracy": 0.71,
    "oracle_win_rate": 0.6,
    "oracle_win_rate_low": 0.5,
    "oracle_win_rate_high": 0.7,
    "reward_model_win_rate": 0.65,
    "unsafe_rate": 0.1,
    "false_refusal_rate": None,
    "kl": 1.5,
    "seconds": 88.0,
}


@pytest.fixture
def folder(home: Home) -> Path:
    """A first round in the midst of ppo, with two whole lines of metrics and one that is being written."""
    folder = home.round(1)
    for stage in ("snapshot", "reward_helpfulness"):
        (folder / stage).mkdir(parents=True)
        (folder / stage / "done.json").write_text(json.dumps({"inputs": "x", "seconds": 2.5, "outputs": {}}))
    (folder / "plan.json").write_text(json.dumps(PLAN))
    (folder / "status.json").write_text(json.dumps(STATUS))
    (folder / "metrics.jsonl").write_text(
        '{"stage": "ppo", "step": 1, "made_at": "2026-11-21T03:05:00", "reward": 0.5, "kl": 0.01}\n'
        '{"stage": "ppo", "step": 2, "made_at": "2026-11-21T03:06:00", "reward": 0.75}\n'
        '{"stage": "ppo", "step": 3, "rew'
    )
    return folder


def test_a_home_without_rounds_has_none(home: Home) -> None:
    assert rounds.progress(home) == []


def test_a_running_round_tells_its_stages(home: Home, folder: Path) -> None:
    (told,) = rounds.progress(home)
    assert (told.round, told.method, told.state, told.message) == (
        1,
        "rs+ppo",
        "running",
        "iteration 12 of 30",
    )
    assert [(stage.name, stage.state, stage.fraction, stage.seconds) for stage in told.stages[:5]] == [
        ("snapshot", "finished", 1.0, 2.5),
        ("reward_helpfulness", "finished", 1.0, 2.5),
        ("reward_safety", "waiting", 0.0, None),
        ("reject", "waiting", 0.0, None),
        ("ppo", "running", 0.4, None),
    ]
    assert (told.results, told.report) == (None, None)


@pytest.mark.parametrize(
    ("method", "own"),
    [
        ("rs", ["reject"]),
        ("ppo", ["ppo"]),
        ("rs+ppo", ["reject", "ppo"]),
        ("dpo", ["baseline"]),
        ("rloo", ["baseline"]),
    ],
)
def test_a_round_shows_the_stages_that_its_method_has(method: str, own: list[str]) -> None:
    before, after = list(round_stages.STAGES[:3]), list(round_stages.STAGES[-3:])
    assert list(round_stages.stages_of(method)) == [*before, *own, *after]


def test_metrics_are_read_up_to_the_last_whole_line(folder: Path) -> None:
    assert [(metric.step, dict(metric.numbers)) for metric in rounds.metrics(folder)] == [
        (1, {"reward": 0.5, "kl": 0.01}),
        (2, {"reward": 0.75}),
    ]


def test_metrics_that_stay_as_they_are_are_read_once_and_new_ones_are_seen(folder: Path) -> None:
    first = rounds.metrics(folder)
    assert rounds.metrics(folder) is first
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('ard": 0.8}\n')
    assert [metric.step for metric in rounds.metrics(folder)] == [1, 2, 3]


def test_a_status_of_the_same_length_that_takes_the_place_of_another_is_seen(
    home: Home, folder: Path
) -> None:
    for fraction in (0.4, 0.6):
        (folder / "status.new").write_text(json.dumps({**STATUS, "fraction": fraction}))
        (folder / "status.new").replace(folder / "status.json")
        assert rounds.progress(home)[0].fraction == fraction


@pytest.mark.parametrize("reasons", [[], ["It is 30.0 nats from the first policy; 25.0 are allowed."]])
def test_a_round_tells_what_was_decided_about_its_policy(
    home: Home, folder: Path, reasons: list[str]
) -> None:
    assert rounds.progress(home)[0].verdict is None
    (folder / "promote").mkdir()
    outputs = {"promoted": not reasons, "reasons": reasons}
    (folder / "promote" / "done.json").write_text(json.dumps({"seconds": 0.1, "outputs": outputs}))
    assert rounds.progress(home)[0].verdict == Verdict(promoted=not reasons, reasons=tuple(reasons))


def test_a_line_that_was_cut_off_before_a_restart_is_left_out(folder: Path) -> None:
    torn = '{"stage": "ppo", "step": 1, "rew{"stage": "ppo", "step": 2}'
    lines = [torn, "[]", '{"made_at": 3}', '{"step": 4}']
    (folder / "metrics.jsonl").write_text("\n".join([*lines, ""]))
    assert [metric.step for metric in rounds.metrics(folder)] == [4]


def test_a_round_whose_process_is_gone_is_stopped(home: Home, folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    (folder / "status.json").write_text(json.dumps({**STATUS, "pid": process.pid}))
    process.wait()
    (told,) = rounds.progress(home)
    assert (told.state, told.stages[4].state) == (State.STOPPED, State.STOPPED)
    assert told.message == (
        "Interrupted during ppo: its process is gone without a word, as when it is killed, memory runs out "
        "or the machine goes down. Start the round again and it resumes there."
    )
    assert told.fraction == told.stages[4].fraction == 0.4


def test_a_round_whose_number_another_process_was_given_is_stopped(home: Home, folder: Path) -> None:
    """This process has the number, and began at another moment than the round's."""
    mine = {**STATUS, "pid": os.getpid(), "process": processes.mark(os.getpid())}
    (folder / "status.json").write_text(json.dumps(mine))
    assert rounds.progress(home)[0].state is State.RUNNING
    boot, ticks = mine["process"].split()
    for other in (f"{boot} {int(ticks) - 1}", f"{boot[::-1]} {ticks}"):
        (folder / "status.json").write_text(json.dumps({**mine, "process": other}))
        (told,) = rounds.progress(home)
        assert (told.state, told.message[:22]) == (State.STOPPED, "Interrupted during ppo")


def test_the_stage_of_a_baseline_is_told_by_its_method(home: Home, folder: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    (folder / "plan.json").write_text(json.dumps({**PLAN, "method": "rloo"}))
    (folder / "status.json").write_text(json.dumps({**STATUS, "pid": process.pid, "stage": "baseline"}))
    assert rounds.progress(home)[0].message.startswith("Interrupted during RLOO:")


def test_a_process_that_ended_and_was_not_collected_is_not_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.read()  # ends when the process does; it stays a zombie until wait
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.is_alive(process.pid)
    process.wait()


def test_a_finished_round_has_results_and_a_report(home: Home, folder: Path) -> None:
    (folder / "status.json").write_text(json.dumps({**STATUS, "state": "finished", "stage": "publish"}))
    (folder / "results.json").write_text(json.dumps(RESULTS))
    (folder / "report.html").write_text("<html>")
    (told,) = rounds.progress(home)
    assert told.results is not None
    assert (told.results.oracle_win_rate, told.results.false_refusal_rate) == (0.6, None)
    assert told.report == folder / "report.html"
    assert rounds.results(home) == [told.results]


def test_a_round_that_has_only_a_plan_waits(home: Home) -> None:
    home.round(2).mkdir(parents=True)
    (home.round(2) / "plan.json").write_text(json.dumps({**PLAN, "round": 2}))
    (told,) = rounds.progress(home)
    assert (told.round, told.state, told.pid) == (2, State.WAITING, None)
