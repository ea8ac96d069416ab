"""How programs beside the owner publish facts: a bundle is a folder of JSON lines that arrives by rename.

`manifest.json` names each table's file with its rows and sha256; the bundle's id is the sha256 of that, and
each id is taken in once. A bundle is one transaction, so large things come as several. One that does not
fit goes to `rejected/` with a sentence, the others to `done/`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC
from pathlib import Path
from typing import Final, TypeVar

import duckdb
import pydantic
from pydantic import TypeAdapter, ValidationError

from store import bundles
from store.database import Store
from store.errors import BundleError, HoneError
from store.home import Home
from store.identity import canonical, plain_json
from store.messages import Ingested
from store.records import (
    Bundle,
    Credential,
    Fact,
    Qualification,
    Signature,
    SignIn,
    SignOut,
)
from store.references import check_references
from store.tables import TABLES
from store.writer import WriteError, prepare, prepare_unaudited

NEVER: Final = {Bundle, Credential, Qualification, SignIn, Signature, SignOut}
"""What no bundle brings: who may sign in, who may judge and what was signed is for people to say."""
KINDS: Final = {table.name: kind for kind, table in TABLES.items() if kind not in NEVER}
MANIFEST: Final = "manifest.json"
WHY: Final = "why.txt"

F = TypeVar("F", bound=Fact)


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class File:
    """A table's file: how many facts it holds and its sha256."""

    rows: int
    sha256: str


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Manifest:
    """What a bundle holds, by table."""

    name: str
    tables: dict[str, File]

    @property
    def bundle_id(self) -> str:
        """The sha256 of what the tables hold; the name does not count."""
        contents = {name: file.sha256 for name, file in self.tables.items()}
        return hashlib.sha256(canonical(contents).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A bundle that was read: its manifest and its facts."""

    manifest: Manifest
    facts: tuple[Fact, ...]


def write_bundle(home: Home, name: str, tables: Mapping[str, Sequence[Fact]]) -> Path:
    """Publishes facts, by table name, into the inbox; returns the bundle's folder there.

    It is there whole or not at all. Raises BundleError when a fact is in the wrong table.
    """
    for table, facts in tables.items():
        if table not in KINDS or any(type(fact) is not KINDS[table] for fact in facts):
            raise BundleError(
                f"Expected facts of the table in {table}; got another kind. Sort them by table."
            )
    draft = home.inbox / f".{name}-{secrets.token_hex(4)}.tmp"
    draft.mkdir(parents=True)
    files = {}
    for table, facts in tables.items():
        text = "".join(f"{plain_json(fact)}\n" for fact in facts).encode()
        _write(draft / f"{table}.jsonl", text)
        files[table] = File(len(facts), hashlib.sha256(text).hexdigest())
    manifest = Manifest(name, files)
    _write(draft / MANIFEST, canonical(manifest).encode())
    _sync(draft)
    arrived = home.inbox / f"{name}-{manifest.bundle_id[:12]}"
    if arrived.exists():  # the same contents wait there already
        shutil.rmtree(draft)
        return arrived
    draft.rename(arrived)
    _sync(home.inbox)
    return arrived


def take_in(store: Store) -> Ingested:
    """Takes in whatever lies in the inbox, the oldest first; new comparisons are in the queue at once."""
    bundles_taken, rejected = [], []
    with store.turns.of("inbox"):
        for folder in _waiting(store.home):
            try:
                _take(store, folder)
            except BundleError as error:
                rejected.append(f"{folder.name}: {error}")
                (folder / WHY).write_text(f"{error}\n", encoding="utf-8")
                _move(folder, store.home.inbox / "rejected")
            else:
                bundles_taken.append(folder.name)
                _move(folder, store.home.inbox / "done")
    return Ingested(bundles=tuple(bundles_taken), rejected=tuple(rejected))


def watch(store: Store, stop: threading.Event, every: float = 1.0) -> threading.Thread:
    """A thread that looks into the inbox every so many seconds until `stop` is set.

    Set it, and join the thread, before the store is closed.
    """

    def look() -> None:
        while not stop.wait(every):
            with suppress(HoneError, OSError):  # the disk's fault; the bundle stays and is tried again
                take_in(store)

    thread = threading.Thread(target=look, name="hone-inbox", daemon=True)
    thread.start()
    return thread


def read_bundle(folder: Path) -> Arrival:
    """The bundle in a folder; BundleError says what does not fit."""
    try:
        manifest = TypeAdapter(Manifest).validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise BundleError(f"Expected a {MANIFEST} in the bundle; there is none.") from error
    except OSError as error:
        raise BundleError(f"The {MANIFEST} cannot be read: {error}.") from error
    except ValidationError as error:
        raise BundleError(f"The {MANIFEST} does not fit: {error.errors()[0]['msg']}.") from error
    strangers = sorted(set(manifest.tables) - set(KINDS))
    if strangers:
        raise BundleError(f"Expected tables of the store; got {', '.join(strangers)}.")
    facts = [fact for table in KINDS if table in manifest.tables for fact in _read(folder, table, manifest)]
    return Arrival(manifest, tuple(facts))


def _read(folder: Path, table: str, manifest: Manifest) -> list[Fact]:
    file = folder / f"{table}.jsonl"
    try:
        text = file.read_bytes()
    except FileNotFoundError as error:
        raise BundleError(f"Expected {file.name}, which the {MANIFEST} names; there is none.") from error
    except OSError as error:
        raise BundleError(f"{file.name} cannot be read: {error}.") from error
    if hashlib.sha256(text).hexdigest() != manifest.tables[table].sha256:
        raise BundleError(
            f"{file.name} is not what the {MANIFEST} says: its sha256 differs. Publish it again."
        )
    adapter: TypeAdapter[Fact] = TypeAdapter(KINDS[table])
    facts = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            facts.append(_in_utc(adapter.validate_json(line)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BundleError(f"{file.name}, line {number}: {where}: {first['msg']}.") from error
    if len(facts) != manifest.tables[table].rows:
        raise BundleError(f"Expected {manifest.tables[table].rows} rows in {file.name}; got {len(facts)}.")
    return facts


def _in_utc(fact: F) -> F:
    """The fact with its times as the store keeps them, without a zone."""
    times = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name.endswith("_at")}
    zoned = {name: time.astimezone(UTC).replace(tzinfo=None) for name, time in times.items() if time.tzinfo}
    return replace(fact, **zoned) if zoned else fact


def _take(store: Store, folder: Path) -> None:
    arrival = read_bundle(folder)
    bundle_id = arrival.manifest.bundle_id
    with store.reading() as db:
        if bundles.by_id(db, bundle_id) is not None:
            return
        check_references(db, arrival.facts)
    bundle = Bundle(bundle_id=bundle_id, name=folder.name, row_count=len(arrival.facts))
    try:
        entries = [*prepare("inbox", [bundle]), *prepare_unaudited(arrival.facts)]
    except ValueError as error:
        raise BundleError("Expected numbers; got NaN or infinity. Leave such a row out.") from error
    try:
        store.submit(entries).wait()
    except WriteError as error:
        if isinstance(error.__cause__, duckdb.IntegrityError | duckdb.DataError | duckdb.ProgrammingError):
            raise BundleError(str(error)) from error
        raise  # the disk's fault, not the bundle's: it stays and is tried again
    store.notice(arrival.facts)


def _waiting(home: Home) -> list[Path]:
    folders = [path for path in home.inbox.iterdir() if path.is_dir() and not path.name.startswith(".")]
    arrived = [path for path in folders if path.name not in {"done", "rejected"}]
    return sorted(arrived, key=lambda path: (path.stat().st_mtime_ns, path.name))


def _move(folder: Path, into: Path) -> None:
    into.mkdir(exist_ok=True)
    target = into / folder.name
    if target.exists():
        shutil.rmtree(target)
    folder.rename(target)


def _write(file: Path, text: bytes) -> None:
    with file.open("wb") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
