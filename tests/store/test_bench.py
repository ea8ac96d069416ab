"""The benchmarks count what truly happened; how long it took is the machine's affair."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rlhf.cli import app
from store.bench import BENCHES, Settings, rival
from store.bench.collection import Collection, made, scratch
from store.bench.crowd import Load, crowd, quantile
from store.bench.labels import LabelsBench
from store.bench.lease import LeaseBench
from store.bench.snapshot import SnapshotBench
from store.database import open_store
from store.home import Home
from store.messages import CountHome, Freeze
from store.records import Contents
from store.verbs import count_home, freeze
from store.verbs.roles import HONE

BY_NAME = {bench.name: bench for bench in BENCHES}
OF_THE_STORE = [
    name for name, bench in BY_NAME.items() if bench.module.startswith("store.") and name != "app"
]
"""The app's and those of models are measured in their own tests: they take a server, a browser, torch."""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.wide
@pytest.mark.parametrize("name", OF_THE_STORE)
def test_a_benchmark_says_what_it_compares_and_leaves_nothing_behind(name: str, temporary: Path) -> None:
    result = BY_NAME[name].run(Settings(sizes=(200, 300), seconds=0.3))
    told = json.loads(json.dumps(dataclasses.asdict(result)))
    assert {"bench", "ratio", "peer", "unit", "at", "machine", "met"} <= set(told)
    assert told["bench"] == name
    assert told["ratio"] > 0
    assert len(told["at"]) == 2
    assert {"cores", "load_before", "load_after", "duckdb", "sqlite"} <= set(told["machine"])
    assert list(temporary.iterdir()) == []
    assert len(result.lines()) >= 2


@pytest.mark.wide
def test_every_label_that_was_acknowledged_is_in_the_store() -> None:
    result = BY_NAME["labels"].run(Settings(sizes=(200,), seconds=0.3))
    assert isinstance(result, LabelsBench)
    (one,) = result.at
    assert one.kept == one.acknowledged == one.grouped.count + one.alone.count + one.session.count
    assert one.grouped.count > 0
    assert one.alone.count > 0


def test_every_lease_is_counted_at_every_size() -> None:
    result = BY_NAME["lease"].run(Settings(sizes=(200, 400), seconds=10))
    assert isinstance(result, LeaseBench)
    # a third of 200 comparisons that five annotators are asked, by 16 threads: 20 each
    assert [one.decision.count for one in result.at] == [320, 320]
    assert [one.verb.count for one in result.at] == [320, 320]
    assert [one.sqlite.count for one in result.at] == [320, 320]


def test_a_snapshot_is_the_same_bytes_twice_and_has_as_many_pairs_as_sqlite_found() -> None:
    result = BY_NAME["snapshot"].run(Settings(sizes=(300,)))
    assert isinstance(result, SnapshotBench)
    (one,) = result.at
    assert one.identical
    assert one.pairs == one.sqlite_pairs == 300


def test_a_made_collection_is_what_it_says(tmp_path: Path) -> None:
    home = made(tmp_path / "home", Collection(comparisons=30, overlap=2, labels=10))
    with open_store(home) as store:
        counts = count_home(store, HONE, CountHome())
        assert (counts.comparisons, counts.labels) == (30, 10)
        assert store.queue.open_count() == 30
        assert freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).row_count == 10


def test_a_rival_never_leases_the_same_comparison_twice_and_keeps_its_labels(tmp_path: Path) -> None:
    with rival.Rival(tmp_path / "rival.sqlite") as one:
        one.fill(3, labels=0)
        assert [one.lease("ann") for _ in range(4)] == [True, True, True, False]
        one.label("ann", "c0000000")
        assert one.labels() == 1
    with sqlite3.connect(tmp_path / "rival.sqlite") as db:
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
        assert db.execute("select count(distinct number), count(*) from leases").fetchone() == (3, 3)


def test_one_transaction_each_is_one_transaction_each(home: Home) -> None:
    with open_store(home) as store:
        store.group(1)
        assert store._writer.most_calls == 1


def test_a_quantile_is_a_value_that_was_measured() -> None:
    ordered = [float(value) for value in range(1, 101)]
    assert (quantile(ordered, 0.5), quantile(ordered, 0.99), quantile([7.0], 0.99)) == (50.0, 99.0, 7.0)


def test_a_crowd_raises_what_one_of_it_does() -> None:
    def work(number: int) -> float:
        if number == 3:
            raise ValueError("three")
        return 0.0

    with pytest.raises(ValueError, match="three"):
        crowd(Load(threads=4, seconds=5, most=10), work)


def test_a_scratch_folder_is_gone_after_an_interruption() -> None:
    def interrupted() -> None:
        with scratch() as folder:
            folders.append(folder)
            raise KeyboardInterrupt

    folders: list[Path] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not folders[0].exists()


def test_the_command_lists_the_benchmarks_and_prints_one_object() -> None:
    listed = CliRunner().invoke(app, ["bench"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(BY_NAME)
    one = CliRunner().invoke(app, ["bench", "snapshot", "--size", "200", "--json"])
    assert json.loads(one.stdout)["at"][0]["pairs"] == 200


def test_an_unknown_benchmark_is_told_in_a_sentence() -> None:
    wrong = CliRunner().invoke(app, ["bench", "speed"])
    assert f"one of {', '.join(BY_NAME)}; got speed" in str(wrong.exception)
