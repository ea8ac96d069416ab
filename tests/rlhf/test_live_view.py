"""What a terminal shows of stages that run, and of those that are over."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from rlhf.commands.options import homes_bar, progress_bar

WORDS = "1024 of 4096 prompts, 16 samples at temperature 0.7"
REPORTS = (
    (2, "1 snapshot", 0.0, "started"),
    (0, "1 reward_helpfulness", 0.0, "started"),
    (65, "1 reward_helpfulness", 1.0, WORDS),
    (5, "1 reward_helpfulness", 0.3, WORDS),
)
"""Each with the seconds before it; of the last stage a second part begins."""


@pytest.fixture
def shown(monkeypatch, capsys):
    """The lines that a terminal of this width shows at the end of the reports, or of an error after them."""
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    clock = [0.0]
    monkeypatch.setattr("rich.console.monotonic", lambda: clock[0])

    def show(width, *, fails=False):
        monkeypatch.setenv("COLUMNS", str(width))
        ends = pytest.raises(OSError, match="full") if fails else nullcontext()
        with ends, progress_bar(quiet=False) as tell:
            for seconds, *report in REPORTS:
                clock[0] += seconds
                tell(*report)
            clock[0] += 10
            if fails:
                raise OSError("The disk is full.")
        *_, last = re.split(r"(?:\x1b\[1A\x1b\[2K)+", capsys.readouterr().err)
        return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", last).splitlines()]

    return show


def test_homes_that_are_worked_on_at_once_keep_a_bar_each(monkeypatch, capsys):
    for name, value in {"TTY_COMPATIBLE": "1", "TERM": "xterm-256color", "COLUMNS": "80"}.items():
        monkeypatch.setenv(name, value)

    def work(home, tell):
        for step in range(200):
            tell(home, step / 200, f"step {step}")
        tell(home, 1.0, "finished")

    with homes_bar(quiet=False) as tell:
        for fraction in (0.1, 0.2, 0.3):
            tell("rs, seed 0", fraction, "round 1")
            tell("ppo, seed 0", fraction, "round 1")
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(work, home, tell) for home in ("rs, seed 0", "ppo, seed 0")]:
                done.result()
    *_, last = re.split(r"(?:\x1b\[1A\x1b\[2K)+", capsys.readouterr().err)
    lines = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", last).split("\n")
    heads = [line[:20].rstrip() for line in lines if "finished" in line]
    assert heads == ["rs, seed 0", "ppo, seed 0"]
    assert len([line for line in lines if "seed" in line]) == 2


def test_a_stage_that_is_over_has_a_full_bar_and_a_clock_that_stands(shown):
    full = "━" * 10
    assert shown(80)[:2] == [f"1 snapshot           {full} 0:00:00", f"1 reward helpfulness {full} 0:01:20"]


def test_a_stage_that_failed_stays_as_far_as_it_was_and_its_words_fit_the_line(shown):
    snapshot, reward = shown(80, fails=True)[:2]
    assert snapshot.endswith("━ 0:00:00")
    assert reward == "1 reward helpfulness ━━━╺━━━━━━ 0:01:20 1024 of 4096 prompts, 16 samples at tem…"


def test_a_wide_terminal_shows_all_the_words_and_a_longer_bar(shown):
    reward = shown(120, fails=True)[1]
    assert reward.endswith(WORDS)
    assert "━" * 20 in reward
