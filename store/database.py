"""Opens a home's database: the lock before the connection, held until after it is closed.

The only caller of `duckdb.connect`. One process owns a home; whoever else wants something asks its owner
(`store.door`). Nobody may open the database file itself, not even to read or copy it: closing any
descriptor of the file in the owner's process drops the owner's lock on it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import TracebackType
from typing import Final, Self

import duckdb
from duckdb import DuckDBPyConnection
from filelock import FileLock, Timeout

from store import failures, filling, guidelines
from store.errors import ClosedError, DatabaseError, HomeInUseError
from store.home import Home
from store.jobs import Jobs
from store.leases import LeaseSettings
from store.migrate import Migration, migrate, shipped
from store.owner import withdraw
from store.queueing.drawing import QueueSettings
from store.queueing.queue import Queue
from store.recalled import Recalled
from store.records import Fact, Track
from store.settings import load_section
from store.throttle import Throttle
from store.turns import Turns
from store.writer import Entry, Ticket, Writer, prepare

CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "1GB",  # the default, 80 % of the machine, would starve a trainer beside it
    "threads": 1,  # for each query: many small ones run side by side, and a trainer wants the other cores
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
UTC = """
set global timezone = 'UTC'
"""


class Store:
    """A home whose database this process owns. Safe to use from any thread."""

    def __init__(self, home: Home, lock: FileLock, connection: DuckDBPyConnection, queue: Queue) -> None:
        self.home = home
        self._lock = lock
        self._connection = connection
        self.queue = queue
        self._versions: dict[Track, tuple[int, int]] = {}
        self.recalled = Recalled()
        self.turns = Turns()
        self.throttle = Throttle()
        self.jobs = Jobs()
        with self.reading() as db, _settled():
            filling.fill(self.queue, db)
        self._writer = Writer(connection.cursor())  # last: its thread is there for as long as the store

    @contextmanager
    def reading(self) -> Iterator[DuckDBPyConnection]:
        """A cursor of one's own: cursors are independent, a connection shared by threads is not.

        Raises DatabaseError where the disk or the database gives up while it is read.
        """
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except duckdb.ConnectionException as error:
            raise ClosedError("The store is closed; open the home again.") from error
        except (duckdb.FatalException, duckdb.IOException) as error:
            raise DatabaseError(failures.not_read(error)) from error

    def append(self, actor_id: str, *facts: Fact) -> None:
        """Keeps the facts, with their audit rows, in one transaction; durable when it returns.

        New comparisons are in the queue then. Labels of comparisons that are in it go through the verbs.
        """
        self.append_later(actor_id, *facts).wait()
        self.notice(facts)

    def notice(self, facts: Sequence[Fact]) -> None:
        """Tells the queue of facts that have just been appended."""
        with self.reading() as db:
            filling.notice(self.queue, db, facts)

    def append_later(self, actor_id: str, *facts: Fact) -> Ticket:
        """As `append`, but returns at once; the ticket's `wait` returns when the facts are durable."""
        return self.submit(prepare(actor_id, facts))

    def submit(self, entries: list[Entry]) -> Ticket:
        """Queues prepared entries that must commit together."""
        return self._writer.submit(entries)

    def guideline_version(self, track: Track) -> int:
        """The version in force: asked for with each label, so it is kept until a guideline is appended."""
        moment = self._writer.written["guidelines"]  # looked up first: what is read is at least as new
        known = self._versions.get(track)
        if known is None or known[0] != moment:
            with self.reading() as db:
                known = moment, guidelines.version(db, track)
            self._versions[track] = known
        return known[1]

    def state(self, tables: Sequence[str]) -> tuple[int, ...]:
        """What changes with each row that is appended to one of these tables."""
        return tuple(self._writer.written[table] for table in tables)

    @property
    def audit_seq(self) -> int:
        """How many rows the audit has: what one looks at to see whether anything came."""
        return self._writer.head.seq

    def group(self, most_calls: int) -> None:
        """How many calls one transaction takes along at most; 1 shows what grouping them is worth."""
        self._writer.most_calls = most_calls

    def close(self) -> None:
        """Writes what is queued, closes the database, and only then lets the lock go."""
        try:
            self.jobs.close()
            self._writer.close()
            self._connection.close()
            gc.unfreeze()
        finally:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(home: Home) -> Store:
    """Becomes the home's owner, making its folders and tables where they are missing.

    Raises HomeInUseError when another owner holds the lock, DatabaseError when the home or its database
    cannot be used; then nothing of it stays open.
    """
    lock = claim(home)
    try:
        lasting = load_section(LeaseSettings, "lease", home.settings)
        queue = Queue(timedelta(minutes=lasting.minutes), load_section(QueueSettings, "queue", home.settings))
        with in_sentences(home):
            connection = connect(home, shipped())
            try:
                return Store(home, lock, connection, queue)
            except BaseException:
                connection.close()
                raise
    except BaseException:
        lock.release()
        raise


def claim(home: Home) -> FileLock:
    """The home's lock, taken, in a home whose folders are there. Raises as `open_store` does."""
    with in_sentences(home):
        for folder in (home.root, home.snapshots, home.inbox, home.rounds, home.policies):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(home.lock, timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout as error:
            raise HomeInUseError(
                f"The home {home.root} is in use by another hone process, and only an app that is up lets "
                "others in beside it; wait until that process ends, or stop it."
            ) from error
        try:
            withdraw(home)  # whoever announced itself is gone, or the lock would not be ours
        except BaseException:
            lock.release()
            raise
        return lock


def connect(home: Home, migrations: list[Migration]) -> DuckDBPyConnection:
    """The database, brought to the last of the migrations; whoever asks holds the home's lock."""
    connection = duckdb.connect(str(home.database), config=CONFIG)
    try:
        connection.execute(UTC)
        migrate(connection, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def peek(home: Home) -> DuckDBPyConnection:
    """The database as it stands, which this changes in nothing; whoever asks holds the home's lock."""
    connection = duckdb.connect(str(home.database), read_only=True, config=CONFIG)
    connection.execute(UTC)
    return connection


@contextmanager
def in_sentences(home: Home) -> Iterator[None]:
    """What the disk or the database refuses in the block, as a DatabaseError."""
    try:
        yield
    except duckdb.Error as error:
        raise DatabaseError(failures.not_opened(home, error)) from error
    except OSError as error:
        raise DatabaseError(failures.not_usable(home, error)) from error


@contextmanager
def _settled() -> Iterator[None]:
    """For objects that are made in great number and stay: no search for garbage goes through them.

    While they are made it would double the time; afterwards it would make everybody wait, now and then.
    """
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()
