"""The one thread that writes. What was queued during the last commit becomes the next transaction.

A call's facts commit together, with their audit rows, or not at all; it is acknowledged after COMMIT only.
When a transaction fails, each of its calls is tried alone, with care, so that only the bad one fails.
"""

from __future__ import annotations

import json
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import duckdb
from duckdb import DuckDBPyConnection

from store import audit, failures
from store.errors import ClosedError, HoneError
from store.identity import canonical, plain_json
from store.records import Fact, now
from store.tables import TABLES, Table

MOST_CALLS = 256
"""Calls in one transaction, unless the writer is told otherwise."""


class WriteError(HoneError):
    """Facts that the database refused, and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact ready to be written: `text` goes to the table, `body` (None: nothing) to the audit."""

    table: Table
    key: tuple[object, ...]
    text: str
    body: str | None


Keys = set[tuple[object, ...]]
Insert = Callable[[DuckDBPyConnection, Table, Sequence[Entry]], Keys]


@dataclass(slots=True)
class Ticket:
    """A call on its way to the disk."""

    entries: Sequence[Entry]
    done: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None
    fresh: int = 0

    def wait(self) -> int:
        """Returns when the facts are durable: how many were new; raises WriteError when they were refused."""
        self.done.wait()
        if self.error is None:
            return self.fresh
        raise WriteError(failures.not_kept(self.error)) from self.error


def prepare(actor_id: str, facts: Iterable[Fact]) -> list[Entry]:
    """Facts as entries, each with an audit body of its own."""
    return [_entry(fact, actor_id) for fact in facts]


def prepare_unaudited(facts: Iterable[Fact]) -> list[Entry]:
    """Facts of a bundle: the bundle's own audit row covers them by its hash."""
    return [_entry(fact, None) for fact in facts]


class Writer:
    """Owns a cursor that nobody else uses, and the head of the audit chain."""

    def __init__(self, cursor: DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.head = audit.head(cursor)
        self.most_calls = MOST_CALLS
        self.written: Counter[str] = Counter()  # transactions, by the tables that they appended to
        self._calls: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="hone-writer", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[Entry]) -> Ticket:
        """Queues entries that must commit together."""
        ticket = Ticket(entries)
        with self._gate:
            if not self._open:
                raise ClosedError("The store is closed; open the home again.")
            self._calls.put(ticket)
        return ticket

    def close(self) -> None:
        """Writes what is queued and ends the thread."""
        with self._gate:
            self._open = False
            self._calls.put(None)
        self._thread.join()
        self._cursor.close()

    def _work(self) -> None:
        while calls := self._gather():
            self._write(calls)

    def _gather(self) -> list[Ticket]:
        """Waits for a call, then takes along whatever else is there; nothing when the writer is closed."""
        calls: list[Ticket] = []
        while len(calls) < self.most_calls and not (calls and self._calls.empty()):
            call = self._calls.get()
            if call is None:
                if calls:
                    self._calls.put(None)
                break
            calls.append(call)
        return calls

    def _write(self, calls: Sequence[Ticket]) -> None:
        try:
            self._commit(calls, _insert_as_new)
        except Exception:  # noqa: BLE001  # whatever it was, each call is told of its own below
            for call in calls:
                self._write_alone(call)
        for call in calls:
            call.done.set()

    def _write_alone(self, call: Ticket) -> None:
        try:
            self._commit([call], _insert_missing)
        except Exception as error:  # noqa: BLE001  # raised where the call is awaited
            call.error = error

    def _commit(self, calls: Sequence[Ticket], insert: Insert) -> None:
        self._cursor.execute("begin")
        try:
            new = self._append(calls, insert)
            fresh = [self._fresh(call.entries, new) for call in calls]
            bodies = [entry.body for entries in fresh for entry in entries if entry.body is not None]
            head, rows = audit.extend(self.head, bodies)
            if rows:
                self._cursor.execute(audit.INSERT, {"facts": canonical(rows)})
            self._cursor.execute("commit")
        except BaseException:
            self._roll_back()
            raise
        self.head = head
        self.written.update(new.keys())
        for call, entries in zip(calls, fresh, strict=True):
            call.fresh = len(entries)

    def _append(self, calls: Sequence[Ticket], insert: Insert) -> dict[str, Keys]:
        """One insert a table; returns the keys of the rows that were not there before, by table."""
        entries: dict[Table, list[Entry]] = {}
        for call in calls:
            for entry in call.entries:
                entries.setdefault(entry.table, []).append(entry)
        # In the order of the tables, which is that of the nouns.
        return {
            table.name: insert(self._cursor, table, entries[table])
            for table in TABLES.values()
            if table in entries
        }

    @staticmethod
    def _fresh(entries: Sequence[Entry], new: dict[str, Keys]) -> list[Entry]:
        """Those entries whose row was written; a key that comes twice counts at its first place."""
        fresh = []
        for entry in entries:
            if entry.table.key:
                if entry.key not in new[entry.table.name]:
                    continue
                new[entry.table.name].discard(entry.key)
            fresh.append(entry)
        return fresh

    def _roll_back(self) -> None:
        try:
            self._cursor.execute("rollback")
        except duckdb.Error:
            # The failed statement or commit has already ended the transaction.
            return


def _insert_as_new(cursor: DuckDBPyConnection, table: Table, entries: Sequence[Entry]) -> Keys:
    """Takes it that all rows are new where the table has a faster statement for that; fails if one is not."""
    if table.insert_new is None:
        return _insert_missing(cursor, table, entries)
    cursor.execute(table.insert_new, {"facts": _array(entries)})
    return {entry.key for entry in entries}


def _insert_missing(cursor: DuckDBPyConnection, table: Table, entries: Sequence[Entry]) -> Keys:
    """Leaves out rows whose key is there; returns the keys of the others."""
    inserted = cursor.execute(table.insert, {"facts": _array(entries)})
    return set(inserted.fetchall()) if table.key else set()


def _array(entries: Sequence[Entry]) -> str:
    return f"[{','.join(entry.text for entry in entries)}]"


def _entry(fact: Fact, actor_id: str | None) -> Entry:
    table = TABLES[type(fact)]
    text = plain_json(fact) if actor_id is None else canonical(fact)
    key = tuple(getattr(fact, name) for name in table.key)
    return Entry(table, key, text, None if actor_id is None else _body(fact, table, text, actor_id))


def _body(fact: Fact, table: Table, text: str, actor_id: str) -> str:
    if table.hidden:
        text = canonical(table.audited(fact))
    # Spliced, not encoded again: the four keys are in order, so the whole is canonical.
    return (
        f'{{"actor":{json.dumps(actor_id, ensure_ascii=False)},"fact":{text},'
        f'"kind":"{type(fact).__name__}","made_at":"{now().isoformat()}"}}'
    )
