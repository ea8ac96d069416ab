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
from pathlib import Path
from typing import Final

import duckdb

from store import bundles
from store.arrivals import KINDS, MANIFEST, File, Manifest, read_bundle
from store.database import Store
from store.errors import BundleError, HoneError, RequestError
from store.home import Home
from store.identity import canonical, plain_json
from store.keeping.copies import sync
from store.messages import Ingested
from store.records import Bundle, Fact
from store.references import check_references
from store.voices import check_names
from store.writer import WriteError, prepare, prepare_unaudited

WHY: Final = "why.txt"


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
    sync(draft)
    arrived = home.inbox / f"{name}-{manifest.bundle_id[:12]}"
    if arrived.exists():  # the same contents wait there already
        shutil.rmtree(draft)
        return arrived
    draft.rename(arrived)
    sync(home.inbox)
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
                _reject(folder, str(error))
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


def _take(store: Store, folder: Path) -> None:
    if folder.is_symlink():
        raise BundleError("Expected a folder; got a link, which is not followed. Publish the folder itself.")
    arrival = read_bundle(folder)
    bundle_id = arrival.manifest.bundle_id
    with store.reading() as db:
        if bundles.by_id(db, bundle_id) is not None:
            return
        check_references(db, arrival.facts)
        try:
            check_names(db, arrival.facts)
        except RequestError as error:
            raise BundleError(f"The bundle cannot be taken in: {error}.") from error
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


def _reject(folder: Path, sentence: str) -> None:
    """Puts the bundle away with the reason; a link is not followed and goes."""
    if folder.is_symlink():
        folder.unlink()
        folder.mkdir(mode=0o700)
    why = folder / WHY
    if why.is_symlink() or why.is_file():
        why.unlink()
    elif why.exists():
        shutil.rmtree(why)
    _write(why, f"{sentence}\n".encode())
    _move(folder, folder.parent / "rejected")


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
