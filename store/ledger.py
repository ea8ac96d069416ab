"""What the audit tells of every table, and where a table says otherwise.

A fact is told by a row of the chain: its own, or that of the bundle that brought it, whose files lie in the
inbox still and fit the id that the chain has. What was told of a key first is what was appended. Takes two
numbers of memory a fact; of equal rows in a table without a key it asks for one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from duckdb import DuckDBPyConnection
from pydantic import TypeAdapter

from store.arrivals import read_bundle
from store.audit import AuditRow
from store.errors import BundleError
from store.home import Home
from store.identity import canonical
from store.records import Bundle, Fact, Game, LabelScore, Score
from store.rows import chunks
from store.tables import TABLES, Table

ROWS = """
select * from query_table($name)
"""

KINDS: Final[dict[str, TypeAdapter[Any]]] = {kind.__name__: TypeAdapter(kind) for kind in TABLES}
NAMED: Final = {kind.__name__: kind for kind in TABLES}
BY_FACT: Final = frozenset({Score, LabelScore, Game})
"""Kinds whose text alone does not do: without a key, 1 and 1.0 would be two facts."""
FACT: Final = ',"fact":'
KIND: Final = ',"kind":"'
CHUNK: Final = 10_000
"""Rows of a table in memory at a time."""
FOUND: Final = -1
"""In place of a text that its table holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact: its table, its key in words, and numbers for its key and for all of it."""

    table: str
    words: str
    name: int
    text: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that is not in its table as it was told; `seq` is None where nobody told of it."""

    seq: int | None
    why: str


class Ledger:
    """Every fact that the audit tells of; `missing` rows came in bundles whose files are gone."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._texts: dict[str, dict[int, int]] = {table.name: {} for table in TABLES.values()}
        self._changed: dict[tuple[str, int], int] = {}
        self._untold: list[str] = []
        self.missing = 0

    def tell(self, row: AuditRow) -> None:
        """Takes down what a row of the chain tells; ValueError when its body cannot be read."""
        kind, entry = _told(row)
        self._take_down(entry)
        if kind is Bundle:
            bundle: Bundle = _fact(row)  # type: ignore[assignment]
            brought = _brought(self._home, bundle)
            self.missing += bundle.row_count if brought is None else 0
            for one in brought or ():
                self._take_down(_entry(one))

    def difference(self, db: DuckDBPyConnection, chain: Iterable[AuditRow]) -> Difference | None:
        """The first fact of the chain, read once more, that its table does not hold; else a row untold.

        What came in a bundle counts as unchanged where an earlier one is missing that may have told of it.
        """
        for kind in TABLES:
            self._compare(db, kind)
        if any(text != FOUND for texts in self._texts.values() for text in texts.values()):
            for row in chain:
                for why in self._not_found(_fact(row)):
                    return Difference(row.seq, why)
        if len(self._untold) > self.missing:
            return Difference(None, f"{self._untold[0]} was never appended.")
        return None

    def _take_down(self, entry: Entry) -> None:
        self._texts[entry.table].setdefault(entry.name, entry.text)

    def _compare(self, db: DuckDBPyConnection, kind: type[Fact]) -> None:
        table = TABLES[kind]
        texts = self._texts[table.name]
        db.execute(ROWS, {"name": table.name})
        for entry in _held(db, kind):
            told = texts.get(entry.name)
            if told == entry.text:
                texts[entry.name] = FOUND
            elif told is None:
                self._untold.append(entry.words)
            elif told != FOUND:
                self._changed[table.name, entry.name] = entry.text

    def _not_found(self, fact: Fact) -> Iterator[str]:
        brought = (_brought(self._home, fact) or ()) if isinstance(fact, Bundle) else ()
        for one in (fact, *brought):
            entry = _entry(one)
            held = self._changed.get((entry.table, entry.name))
            changed = held is not None
            if self._texts[entry.table][entry.name] == FOUND or (one in brought and changed and self.missing):
                continue
            if held == entry.text:  # a whole number was told where the table has a fraction
                continue
            yield f"{entry.words} {'is not what was appended' if changed else 'is gone'}."


def _told(row: AuditRow) -> tuple[type[Fact], Entry]:
    """What a row tells, read from its text: a body is canonical, so the fact's own text stands in it."""
    try:
        body = json.loads(row.body)
        kind, fact = NAMED[body["kind"]], body["fact"]
        if kind in BY_FACT or fact.keys() != _names(kind):  # type: ignore[arg-type]  # told before its table had all its columns
            return kind, _entry(_fact(row))
        text = row.body[row.body.index(FACT) + len(FACT) : row.body.rindex(KIND)]
        return kind, _entry_of(TABLES[kind], fact, text)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("a body that tells of no fact") from error


def _held(db: DuckDBPyConnection, kind: type[Fact]) -> Iterator[Entry]:
    """The rows of the statement that has just run, as the audit tells them."""
    table = TABLES[kind]
    if table.hidden:
        yield from (_entry(table.audited(one)) for chunk in chunks(db, kind, CHUNK) for one in chunk)
        return
    names = [column[0] for column in db.description or ()]
    while found := db.fetchmany(CHUNK):
        for values in found:
            fact = dict(zip(names, values, strict=True))
            try:
                text = canonical(fact)
            except ValueError:  # NaN, which nobody can append
                text = repr(fact)
            yield _entry_of(table, fact, text)


@cache
def _names(kind: type[Any]) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind))


def _fact(row: AuditRow) -> Fact:
    body = json.loads(row.body)
    try:
        fact: Fact = KINDS[body["kind"]].validate_python(body["fact"])
    except (KeyError, TypeError) as error:
        raise ValueError("a body that tells of no fact") from error
    return fact


def _brought(home: Home, bundle: Bundle) -> tuple[Fact, ...] | None:
    """What the bundle brought; None where its files are gone or are others."""
    name = Path(bundle.name).name
    for folder in (home.inbox / name, home.inbox / "done" / name):
        try:
            arrival = read_bundle(folder)
        except BundleError:
            continue
        if arrival.manifest.bundle_id == bundle.bundle_id:
            return arrival.facts
    return None


def _entry(fact: Fact) -> Entry:
    table = TABLES[type(fact)]
    try:
        text = canonical(fact)
    except ValueError:  # NaN, which nobody can append
        text = repr(fact)
    return _entry_of(table, {name: getattr(fact, name) for name in table.key}, text)


def _entry_of(table: Table, fact: Mapping[str, object], text: str) -> Entry:
    if not table.key or set(table.key) & set(table.hidden):
        return Entry(table.name, f"a row of {table.name}", _number(text), _number(text))
    key = " ".join(str(fact[name]) for name in table.key)
    return Entry(table.name, f"row {key} of {table.name}", _number(key), _number(text))


def _number(text: str) -> int:
    """64 bits of the sha256."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
