"""Whatever was acknowledged is there after any number of kill -9, once, and the home is whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from small_collection import comparisons
from toil import WRITERS

from store.database import Store, open_store
from store.home import Home
from store.messages import VerifyAudit
from store.records import Annotator, Kind, Role
from store.verbs import examine, verify_audit
from store.verbs.keeping import Examine
from store.verbs.roles import HONE

FOLDER = Path(__file__).parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOLDER), str(FOLDER.parents[1])])}

KEPT = {
    "label": "select label_id from labels",
    "edit": "select label_id from edits",
    "undo": "select label_id from retractions",
    "skip": "select lease_id from skips",
    "bundle": "select name from bundles",
    "snapshot": "select snapshot_id from snapshots",
}
TWICE = """
select count(*) from (
  select comparison_id, annotator_id from labels
  where label_id not in (select label_id from retractions)
  group by all having count(*) > 1)
"""


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(FOLDER / script), *map(str, arguments)], env=ENVIRONMENT)


def said(file: Path) -> list[list[str]]:
    """The lines that were written whole."""
    return [line.split() for line in file.read_text().rpartition("\n")[0].splitlines()]


def check_kept(store: Store, told: Path) -> Counter[str]:
    """Everything acknowledged is there once, and the doctor finds nothing; how much was acknowledged."""
    words = said(told)
    with store.reading() as db:
        for verb, query in KEPT.items():
            found = [one for (one,) in db.execute(query).fetchall()]
            lost = {what for kind, what in words if kind == verb} - set(found)
            assert not lost, verb
        assert db.execute(TWICE).fetchall() == [(0,)]
    assert verify_audit(store, HONE, VerifyAudit()).broken_seq is None
    assert examine(store, HONE, Examine()).findings == ()
    return Counter(kind for kind, _ in words)


def kill_again_and_again(home: Home, told: Path, kills: int) -> Counter[str]:
    chance = random.Random(kills)
    told.touch()
    with open_store(home) as store:
        (home.policies / "policy").mkdir()
        people = [f"a{number}" for number in range(WRITERS)]
        store.append(
            "test",
            *(Annotator(annotator_id=one, name=one, role=Role.ANNOTATOR, kind=Kind.PERSON) for one in people),
            *comparisons(200 * kills, overlap=2),
        )
    counts: Counter[str] = Counter()
    for number in range(kills):
        before = told.stat().st_size
        process = start("toil.py", home.root, told, number)
        until = time.monotonic() + 60
        while told.stat().st_size == before and process.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 1.5))  # any moment will do
        assert process.poll() is None
        process.kill()
        process.wait()
        with open_store(home) as store:
            counts = check_kept(store, told)
    return counts


def test_three_kills_lose_nothing(home: Home, tmp_path: Path) -> None:
    counts = kill_again_and_again(home, tmp_path / "told", 3)
    assert counts["label"] > 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_kills_lose_nothing(home: Home, tmp_path: Path) -> None:
    counts = kill_again_and_again(home, tmp_path / "told", 30)
    print(f"30 kills: acknowledged {dict(counts)}; lost 0, doubled 0")
    assert min(counts[verb] for verb in KEPT) > 0


def race(home: Home, told: Path, wanted: int) -> tuple[int, int]:
    """Three processes open, insert and close in turn, one is killed now and then, until so much is told."""
    chance = random.Random(wanted)
    told.touch()
    until = time.monotonic() + 60 + 4 * wanted
    racers = [start("turns.py", home.root, told, number) for number in range(3)]
    kills = 0
    next_kill = 0
    while (acknowledged := len(said(told))) < wanted and time.monotonic() < until:
        if acknowledged < next_kill:
            time.sleep(0.005)
            continue
        next_kill = acknowledged + chance.randint(1, 5)
        time.sleep(chance.uniform(0.0, 0.3))  # any moment will do
        place = chance.randrange(len(racers))
        racers[place].kill()
        racers[place].wait()
        kills += 1
        racers[place] = start("turns.py", home.root, told, len(racers) + kills)
    for racer in racers:
        racer.kill()
        racer.wait()
    return len(said(told)), kills


def check_race(home: Home, told: Path) -> None:
    with open_store(home) as store, store.reading() as db:
        found = {name for (name,) in db.execute("select annotator_id from annotators").fetchall()}
        assert {name for (name,) in said(told)} <= found
        assert verify_audit(store, HONE, VerifyAudit()).broken_seq is None


def test_owners_that_take_turns_and_are_killed_lose_nothing(home: Home, tmp_path: Path) -> None:
    acknowledged, kills = race(home, tmp_path / "told", 6)
    assert kills > 0
    assert acknowledged >= 6
    check_race(home, tmp_path / "told")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_owners_that_take_turns_for_minutes_and_are_killed_lose_nothing(home: Home, tmp_path: Path) -> None:
    acknowledged, kills = race(home, tmp_path / "told", 300)
    check_race(home, tmp_path / "told")
    print(f"owners in turn: acknowledged {acknowledged}, {kills} kills; lost 0")
    assert acknowledged >= 300
