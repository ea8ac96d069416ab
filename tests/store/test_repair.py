"""What a power cut can leave behind: logs of a process that was killed, with zeros at their ends."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from store import annotators
from store.database import open_store
from store.errors import DatabaseError, HomeInUseError
from store.home import Home
from store.keeping.repair import repair

ROOT = Path(__file__).parents[2]
APPENDS = """
import sys
from pathlib import Path
from store.database import open_store
from store.home import Home
from store.records import Annotator, Kind, Role

store = open_store(Home(Path(sys.argv[1])))
number = 0
while True:
    name = f"annotator number {number}"
    store.append("test", Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON))
    number += 1
    print(number, flush=True)
"""
ACKNOWLEDGED = 40


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose owner was killed after 40 acknowledged facts, which are in its log alone."""
    home = Home(tmp_path_factory.mktemp("killed") / "home")
    command = [sys.executable, "-c", APPENDS, str(home.root)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(ACKNOWLEDGED):
            process.stdout.readline()
        os.kill(process.pid, 9)
    assert log_of(home).stat().st_size > 1000
    return home


@pytest.fixture
def home(killed: Home, tmp_path: Path) -> Home:
    subprocess.run(["cp", "-a", str(killed.root), str(tmp_path / "home")], check=True)
    return Home(tmp_path / "home")


def log_of(home: Home) -> Path:
    return home.root / "hone.duckdb.wal"


def state(home: Home) -> dict[str, tuple[bytes, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in home.root.iterdir()
        if path.is_file() and path != home.lock
    }


def names(home: Home) -> list[str]:
    with open_store(home) as store, store.reading() as db:
        return sorted(one.name for one in annotators.everyone(db))


def test_where_nothing_is_wrong_nothing_is_touched(home: Home) -> None:
    before = state(home)
    done = repair(home)
    assert (done.kept, done.audit.broken_seq) == (None, None)
    assert done.audit.rows >= ACKNOWLEDGED
    assert state(home) == before


@pytest.mark.parametrize("zeros", [16, 100, 4096, 70_000])
def test_a_tail_of_zeros_is_cut_off_and_nothing_acknowledged_is_lost(home: Home, zeros: int) -> None:
    before = log_of(home).read_bytes()
    with log_of(home).open("ab") as log:
        log.write(bytes(zeros))
    with pytest.raises(DatabaseError, match=r"cannot be read .* run hone repair"):
        open_store(home)
    done = repair(home)
    assert done.cut == zeros
    assert done.audit.broken_seq is None
    assert done.kept is not None
    assert (done.kept / "hone.duckdb.wal").read_bytes() == before + bytes(zeros)
    assert len(names(home)) >= ACKNOWLEDGED
    assert repair(home).kept is None


def test_an_entry_that_was_half_written_goes_with_its_zeros(home: Home) -> None:
    """The last entry of the log is written up to some byte: whatever was whole before it stays."""
    whole = log_of(home).read_bytes()
    for cut in random.Random(3).sample(range(1, 60), 5):  # repeatable
        log_of(home).write_bytes(whole[:-cut] + bytes(cut + 200))
        done = repair(home)
        assert done.kept is not None
        assert done.audit.broken_seq is None
        assert len(names(home)) >= ACKNOWLEDGED - 1
        for file in done.kept.iterdir():  # as it was, for the next try
            (home.root / file.name).write_bytes(file.read_bytes())
            file.unlink()
        done.kept.rmdir()


def test_a_byte_that_flipped_in_what_was_saved_is_not_cut_away(home: Home) -> None:
    whole = bytearray(log_of(home).read_bytes())
    whole[len(whole) // 2] ^= 0x55
    log_of(home).write_bytes(bytes(whole) + bytes(500))
    before = state(home)
    with pytest.raises(DatabaseError, match=r"no tail of zeros: .* hone restore BACKUP --home NEW"):
        repair(home)
    assert state(home) == before


def test_a_byte_that_flipped_in_the_last_entry_is_not_cut_away(home: Home) -> None:
    whole = bytearray(log_of(home).read_bytes())
    whole[-3] ^= 0x55
    log_of(home).write_bytes(bytes(whole) + bytes(500))
    with pytest.raises(DatabaseError, match="no tail of zeros"):
        repair(home)


def test_a_damaged_database_is_not_touched(home: Home) -> None:
    whole = bytearray(home.database.read_bytes())
    whole[4100] ^= 0x55
    home.database.write_bytes(bytes(whole))
    before = state(home)
    with pytest.raises(DatabaseError, match=r"not because of zeros at the end of its log .* hone restore"):
        repair(home)
    assert state(home) == before


def test_what_is_owned_or_not_there_is_not_repaired(home: Home, tmp_path: Path) -> None:
    with open_store(home), pytest.raises(HomeInUseError, match="in use"):
        repair(home)
    with pytest.raises(DatabaseError, match="there is none, so nothing was touched"):
        repair(Home(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_the_folder_of_a_repair_is_named_by_its_time(home: Home) -> None:
    with log_of(home).open("ab") as log:
        log.write(bytes(100))
    kept = repair(home).kept
    assert kept is not None
    assert kept.name.startswith(time.strftime("repair-%Y%m%d", time.gmtime()))
    assert sorted(file.name for file in kept.iterdir()) == ["hone.duckdb", "hone.duckdb.wal"]
