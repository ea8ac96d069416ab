"""A demo that was stopped: whoever runs it again in its home comes to the same table, however it ended."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from rlhf.demo import Audience, DemoPlan, _claimed, run_demo
from rlhf.initialise import write_settings
from store.errors import HoneError
from store.home import Home

ROOT = Path(__file__).parents[2]
SMALL = (ROOT / "tests" / "small_round.toml").read_text(encoding="utf-8")
KILLS = 20


def begin(home: Path) -> subprocess.Popen:
    """The demo as a process; its home has settings that make small rounds."""
    home.mkdir(exist_ok=True)
    (home / "hone.toml").write_text(SMALL.replace("\ncomparisons = 40", "\ncomparisons = 80"))
    plan = ("--no-serve", "--rounds", "5", "--labels", "60", "--seed", "4", "--home", str(home), "--json")
    return subprocess.Popen(
        [sys.executable, "-m", "rlhf", "demo", *plan],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen) -> list[dict]:
    """The table that it ends in, without the time it took."""
    told, faults = process.communicate()
    assert process.returncode == 0, faults
    return [
        {name: value for name, value in row.items() if name != "seconds"}
        for row in json.loads(told)["rounds"]
    ]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_demo_of_five_rounds_killed_twenty_times_ends_in_the_table_of_one_that_was_not(tmp_path):
    start = time.monotonic()
    through = ended(begin(tmp_path / "through"))
    took = time.monotonic() - start
    assert [row["round"] for row in through] == [0, 1, 2, 3, 4, 5]
    moments, kills, homes = random.Random(0), 0, 1
    while kills < KILLS:
        process = begin(tmp_path / f"killed-{homes}")
        time.sleep(moments.uniform(0, took / 5))
        if process.poll() is not None:  # it came to its end: what is left of the kills is another home's
            assert ended(process) == through
            homes += 1
            continue
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    assert ended(begin(tmp_path / f"killed-{homes}")) == through


def run(folder: Path, labels: int) -> None:
    plan = DemoPlan(home=Home(folder), rounds=1, labels=labels, seed=4, port=None)
    run_demo(plan, Audience(watch=print, greet=print, conclude=print))


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "letters.txt").write_text("dear all")
    with pytest.raises(HoneError, match=r"Expected a new folder, or one of a demo; .* has other files in it"):
        run(tmp_path, 60)
    assert [one.name for one in tmp_path.iterdir()] == ["letters.txt"]


def test_a_demo_goes_on_with_the_labels_and_the_seed_that_it_began_with(tmp_path):
    (tmp_path / "demo.json").write_text('{"labels": 90, "seed": 4}')
    with pytest.raises(HoneError, match="to go on as it began, with --labels 90 --seed 4; got others"):
        run(tmp_path, 60)


def test_a_demo_that_runs_is_not_run_beside_itself(tmp_path):
    (tmp_path / "demo.json").write_text('{"labels": 60, "seed": 4}')
    with FileLock(tmp_path / "demo.lock"), pytest.raises(HoneError, match="is running already; wait for it"):
        run(tmp_path, 60)


def test_a_demo_that_was_killed_as_it_claimed_its_folder_claims_it_again(tmp_path):
    (tmp_path / ".demo.json.new").write_text('{"lab')
    with _claimed(DemoPlan(home=Home(tmp_path), rounds=1, labels=60, seed=4, port=None)):
        assert json.loads((tmp_path / "demo.json").read_text()) == {"labels": 60, "seed": 4}


def test_settings_of_a_new_home_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(self, *args, **options):
        self.touch()
        raise OSError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="full"):
            write_settings(Home(tmp_path), "[round]\n")
    assert not Home(tmp_path).settings.exists()
    write_settings(Home(tmp_path), "[round]\n")
    assert Home(tmp_path).settings.read_text() == "[round]\n"
