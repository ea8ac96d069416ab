"""A home that cannot be used says why, what is safe and what to do; nothing of it stays half-open."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from small_collection import comparisons

from store import failures
from store.database import Store, open_store
from store.errors import DatabaseError
from store.home import Home

ROOT = Path(__file__).parents[2]
NOBODY = 65534

FILLS = """
import resource, sys
from pathlib import Path
from store.database import open_store
from store.errors import HoneError
from store.home import Home
from store.records import Annotator, Kind, Role

store = open_store(Home(Path(sys.argv[1])))
with store.reading() as db:
    db.execute("set global checkpoint_threshold = " + repr(sys.argv[2]))

def limit(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

def add(number):
    name = f"{number} " + "x" * 20_000
    who = Annotator(annotator_id=str(number), name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)
    store.append("test", who)
    print("kept", number)

limit(2_500_000)
for number in range(10_000):
    try:
        add(number)
    except HoneError as error:
        print("refused", error)
        break
try:
    with store.reading() as db:
        print("counted", *db.execute("select count(*) from annotators").fetchone())
except HoneError as error:
    print("unread", error)
limit(resource.RLIM_INFINITY)
try:
    add(10_000)
except HoneError as error:
    print("stopped", error)
store.close()
"""


def run(script: str, *arguments: object) -> str:
    """What the script prints."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def annotators(home: Home) -> set[str]:
    with open_store(home) as store, store.reading() as db:
        return {one for (one,) in db.execute("select annotator_id from annotators").fetchall()}


def test_a_full_disk_refuses_what_it_cannot_keep_and_the_store_goes_on(home: Home) -> None:
    lines = run(FILLS, home.root, "1GB").splitlines()
    kept = {line.split()[1] for line in lines if line.startswith("kept")}
    assert lines[len(kept) - 1] == (
        "refused The disk of the home is full, so this was not kept; free some space and send it again."
    )
    assert lines[-2:] == [f"counted {len(kept) - 1}", "kept 10000"]
    assert annotators(home) == kept


def test_a_disk_that_is_full_at_a_checkpoint_stops_the_database_and_loses_nothing(home: Home) -> None:
    lines = run(FILLS, home.root, "1MB").splitlines()
    kept = {line.split()[1] for line in lines if line.startswith("kept")}
    sentence = (
        "The database has stopped because the disk of the home is full; mend that and start hone again: what "
        "was acknowledged is safe, this was not kept."
    )
    assert lines[len(kept) :] == [f"refused {sentence}", f"unread {sentence}", f"stopped {sentence}"]
    assert annotators(home) >= kept
    assert len(annotators(home)) <= len(kept) + 1  # the one that was refused may be there, unacknowledged


@pytest.fixture
def anybodys() -> Iterator[Home]:
    """A closed home of a user other than the test's, in a folder that both reach."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    home = Home(folder / "home")
    with open_store(home) as store:
        store.append("test", *comparisons(1))
    home.root.chmod(0o755)
    yield home
    for path in (home.root, *home.root.iterdir()):
        path.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_roots_rights() -> Iterator[None]:
    """As somebody else, where the tests run as root, who may do anything."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)


def refusal(home: Home) -> str:
    with without_roots_rights(), pytest.raises(DatabaseError) as refused:
        open_store(home)
    return str(refused.value)


def forbidden(path: Path) -> str:
    return f"; {path} is not. Run hone as the user whom the home belongs to, or give this one the permission."


def test_a_home_that_may_not_be_written_says_so(anybodys: Home) -> None:
    for path in (anybodys.root, *anybodys.root.iterdir()):
        path.chmod(0o555)
    assert refusal(anybodys).startswith("Expected a home that ")
    assert refusal(anybodys).endswith(forbidden(anybodys.root))


def test_a_log_that_may_not_be_written_says_so(anybodys: Home) -> None:
    for path in (anybodys.root, *anybodys.root.iterdir()):
        path.chmod(0o777)
    log = anybodys.root / "hone.duckdb.wal"
    with duckdb.connect(str(anybodys.database)) as db:
        db.execute("pragma disable_checkpoint_on_shutdown")
        db.execute("insert into batches values ('x', 9, '2026-01-01')")
    log.chmod(0o000 if os.geteuid() else 0o600)
    assert refusal(anybodys).endswith(forbidden(log))


def test_a_file_where_the_home_should_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(DatabaseError, match=r"a file is in the way\. Name another path\.$"):
            open_store(Home(root))


@pytest.fixture
def closed(store: Store) -> Home:
    """A closed home with a few hundred rows."""
    store.append("test", *comparisons(200))
    store.close()
    return store.home


def test_a_flipped_byte_of_the_database_is_told_and_the_home_is_free_again(closed: Home) -> None:
    whole = closed.database.read_bytes()
    told = []
    for place in range(4100, len(whole), 100_000):
        closed.database.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            open_store(closed).close()
        except DatabaseError as error:
            told.append(str(error))
    assert told
    for sentence in told:
        assert sentence.startswith("The database is damaged (IO Error: Corrupt database file")
        assert sentence.endswith("bring the newest backup back with hone restore BACKUP --home NEW.")
    closed.database.write_bytes(whole)
    open_store(closed).close()


def test_settings_that_do_not_fit_leave_the_home_free(closed: Home) -> None:
    closed.settings.write_text("[lease]\nminutes = 0\n")
    for _ in range(2):
        with pytest.raises(Exception, match=r"lease\.minutes = 0 does not fit"):
            open_store(closed)
    duckdb.connect(str(closed.database)).close()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.EROFS, "The home /h is on a disk that is mounted read-only; mount it for writing."),
        (errno.ENOSPC, "The disk of the home /h is full; free some space and start hone again."),
        (errno.EIO, "The home /h cannot be used: [Errno 5] Input/output error. Check the path and the disk."),
    ],
)
def test_what_the_disk_refuses_is_told_in_a_sentence(code: int, sentence: str) -> None:
    assert failures.not_usable(Home(Path("/h")), OSError(code, os.strerror(code))) == sentence
