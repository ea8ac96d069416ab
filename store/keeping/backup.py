"""A copy of a home that another home can be made of, taken while the home is served.

The tables come from the owner as of one moment; the files beside them never change once they are there, so
they are copied afterwards. `backup.json` is written last and has the sha256 of everything; the folder
appears by rename, whole or not at all.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb
import pydantic
from pydantic import TypeAdapter, ValidationError

from store import progress
from store.door import Door
from store.errors import HoneError
from store.home import Home
from store.identity import canonical
from store.keeping.copies import copy, regular_files, sync
from store.records import now
from store.verbs.keeping import DumpTables, dump_tables
from store.verification import Anchor

MANIFEST: Final = "backup.json"
TABLES: Final = "tables"


class BackupError(HoneError):
    """A backup that cannot be made or cannot be used."""


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Backup:
    """What a backup holds: rows by table, sha256 by file, and where the audit stood.

    `migrations` made its tables, in order, each with its sha256; `models` says whether policies and rounds
    are in it.
    """

    made_at: datetime
    duckdb: str
    migrations: dict[str, str]
    rows: dict[str, int]
    audit_seq: int
    audit_head: str
    models: bool
    files: dict[str, str]


def back_up(door: Door, folder: Path, *, models: bool) -> Backup:
    """Copies the home behind the door into the folder, which must be new or empty."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise BackupError(f"Expected a new or empty folder for the backup; {folder} is not. Name another.")
    draft = folder.parent / f".{folder.name}-{secrets.token_hex(4)}.tmp"
    draft.mkdir(parents=True, mode=0o700)
    try:
        backup = _fill(door, draft, models=models)
        (draft / MANIFEST).write_text(canonical(backup), encoding="utf-8")
        sync(draft / MANIFEST)
        sync(draft)
        draft.rename(folder)
        sync(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return backup


def read_manifest(folder: Path) -> Backup:
    """What the backup in the folder says of itself."""
    try:
        return TypeAdapter(Backup).validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(
            f"Expected a backup at {folder}; there is no {MANIFEST}. Name a folder that hone backup made."
        ) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]["msg"]
        raise BackupError(
            f"The {MANIFEST} of {folder} cannot be read ({first}); use another backup."
        ) from error


def _fill(door: Door, draft: Path, *, models: bool) -> Backup:
    before = set(regular_files(door.home.snapshots))
    dumped = door.ask(dump_tables, DumpTables())
    tables = door.home.root / dumped.folder
    try:
        wanted = [(file, f"{TABLES}/{file.name}") for file in regular_files(tables)]
        wanted += [
            (file, str(file.relative_to(door.home.root)))
            for file in _beside(door.home, models=models)
            if file in before or not _is_later(door.home, file, dumped.audit_seq)
        ]
        files = _copied(wanted, draft)
    finally:
        shutil.rmtree(tables, ignore_errors=True)
    return Backup(
        made_at=now(),
        duckdb=duckdb.__version__,
        migrations=dumped.migrations,
        rows=dumped.rows,
        audit_seq=dumped.audit_seq,
        audit_head=dumped.audit_head,
        models=models,
        files=files,
    )


def _beside(home: Home, *, models: bool) -> Iterator[Path]:
    """The files that a home has beside its database, without drafts and what was rejected."""
    if home.settings.exists():
        yield home.settings
    yield from regular_files(home.snapshots)
    rejected = home.inbox / "rejected"
    yield from (file for file in regular_files(home.inbox) if rejected not in file.parents)
    if models:
        yield from regular_files(home.policies)
        yield from regular_files(home.rounds)


def _is_later(home: Home, file: Path, audit_seq: int) -> bool:
    """Whether it is the manifest of a snapshot that was frozen after the tables were read: it speaks of a
    longer audit than they have."""
    if file.parent != home.snapshots or file.suffix != ".json":
        return False
    return TypeAdapter(Anchor).validate_json(file.read_bytes()).audit_seq > audit_seq


def _copied(wanted: list[tuple[Path, str]], draft: Path) -> dict[str, str]:
    """Copies each file to its name in the draft; sha256 by name."""
    files: dict[str, str] = {}
    for place, (file, name) in enumerate(wanted):
        progress.tell("files", place / len(wanted), name)
        if name in files:
            continue
        try:
            files[name] = copy(file, draft / name)
        except FileNotFoundError:
            moved = file.parent.parent / "done" / file.parent.name / file.name
            if moved.exists():  # a bundle that was just taken in
                its_name = os.path.relpath(moved, file.parents[2])
                files[its_name] = copy(moved, draft / its_name)
            # Else a round that runs has taken away what it needs no more.
    progress.tell("files", 1.0, "")
    return files
