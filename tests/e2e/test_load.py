"""The benchmark of the app, small: what it counts must have happened; the times are the machine's affair."""

import asyncio
import dataclasses
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from desk import PASSWORD

from annotate.bench.browser import found
from annotate.bench.seat import Seat
from store.bench import BENCHES, Settings
from store.bench.app import AppBench
from store.errors import HoneError

pytestmark = pytest.mark.wide


@pytest.fixture
def temporary(monkeypatch):
    """Where the benchmark puts what is temporary; Chromium's socket in it wants a short path."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.fixture
def measured(temporary):
    told = []
    (bench,) = (bench for bench in BENCHES if bench.name == "app")
    settings = Settings(sizes=(1, 3), seconds=1, think=0.2, soak=0.02, show=lambda *words: told.append(words))
    return bench.run(settings), told


def test_a_simulated_session_is_served_as_a_browser_is(server):
    async def work():
        seat = Seat(server.url, "mia", PASSWORD)
        await seat.sit()
        taken = [await seat.judge(place) for place in (0, 1)]
        await seat.leave()
        return seat.saved, taken

    before = server.labels()
    with ThreadPoolExecutor() as beside:  # the browser's own loop runs in this thread
        saved, taken = beside.submit(asyncio.run, work()).result()
    assert server.labels() == before + 2
    assert len(set(saved)) == 2
    assert all(one > 0 for one in taken)


@pytest.mark.slow
def test_the_app_under_load_loses_no_label_and_says_what_it_was_compared_with(measured, temporary):
    result, told = measured
    assert isinstance(result, AppBench)
    assert [rung.sessions for rung in result.at] == [1, 3]
    in_rungs = sum(rung.acknowledged for rung in result.at) + result.soak.load.acknowledged
    assert result.acknowledged > in_rungs
    assert (result.lost, result.twice) == (0, 0)
    assert all(0 < rung.p50_ms <= rung.p95_ms <= rung.worst_ms for rung in (*result.at, result.naive))
    assert all(rung.cpu_ms_a_label > 0 and rung.memory_mb > 50 for rung in result.at)
    assert (result.painted is None) == (found() is None)
    assert result.ratio == pytest.approx(result.naive.p95_ms / result.at[-1].p95_ms)
    assert json.loads(json.dumps(dataclasses.asdict(result)))["bench"] == "app"
    assert {stage for stage, _, _ in told} >= {"load 1", "load 3", "browser", "soak", "naive 3"}
    assert list(temporary.iterdir()) == []
    assert len(result.lines()) >= 5


def test_a_benchmark_that_cannot_run_says_why(temporary, monkeypatch):
    monkeypatch.setattr(
        "store.bench.app.COMMAND", ("python3", "-c", 'print(\'{"error": "No room."}\')', "--")
    )
    (bench,) = (bench for bench in BENCHES if bench.name == "app")
    with pytest.raises(HoneError, match="No room"):
        bench.run(Settings())
