"""Makes a new home of a backup.

Nothing in the backup is believed or run: every file's hash is checked, the tables are built by the
migrations that came with this code, and the audit is followed to the head that the backup names. Sign-ins
and access tokens end with it. The home appears by rename, whole or not at all.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from store import credentials, progress
from store.database import claim, connect, in_sentences, open_store
from store.home import Home
from store.keeping.backup import MANIFEST, TABLES, Backup, BackupError, read_manifest
from store.keeping.copies import copy
from store.keeping.dump import row_count, table_names
from store.messages import AuditReport
from store.migrate import Migration, shipped
from store.records import SignOut, now
from store.verbs.roles import HONE
from store.verification import verify

TAKEN_IN = """
select name from bundles
"""

BESIDE: Final = ("hone.toml", "snapshots", "inbox", "policies", "rounds")
"""What a backup may bring into a home besides its tables."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, what the audit says of it, and how many sign-ins and tokens ended with that."""

    backup: Backup
    audit: AuditReport
    signed_out: int


def restore(folder: Path, home: Home) -> Restored:
    """A home at a new or empty place from the backup in the folder. Raises BackupError in a sentence."""
    if home.root.exists() and not (home.root.is_dir() and not any(home.root.iterdir())):
        raise BackupError(
            f"Expected a new or empty folder for the home; {home.root} is not. Name another: nothing that is "
            "there is written over."
        )
    backup = read_manifest(folder)
    made_by = _migrations(backup)
    draft = Home(home.root.parent / f".{home.root.name}-{secrets.token_hex(4)}.tmp")
    try:
        _bring_files(folder, backup, draft)
        _bring_tables(backup, draft, made_by)
        report, signed_out = _check(draft, backup)
        draft.owner.unlink(missing_ok=True)
        draft.root.rename(home.root)
    except BaseException:
        shutil.rmtree(draft.root, ignore_errors=True)
        raise
    return Restored(backup, report, signed_out)


def _migrations(backup: Backup) -> list[Migration]:
    """Those that made the backup's tables, as this code has them."""
    ours = shipped()
    wanted = sorted(backup.migrations.items())
    if len(wanted) > len(ours):
        raise BackupError(
            f"The backup is at version {len(wanted)}, this hone knows up to {len(ours)}; "
            "install the newer hone that made it."
        )
    for (name, sha256), one in zip(wanted, ours, strict=False):
        if (name, sha256) != (one.name, one.sha256):
            raise BackupError(
                f"The backup was made with another {one.name} than this hone has; install the hone of then."
            )
    return ours[: len(wanted)]


def _bring_files(folder: Path, backup: Backup, draft: Home) -> None:
    """Copies every file, and stops at the first that is not what the backup says."""
    for place, (name, sha256) in enumerate(sorted(backup.files.items())):
        progress.tell("files", place / len(backup.files), name)
        if not _is_ours(name):
            raise BackupError(f"The {MANIFEST} names {name}, which no backup has; use another backup.")
        try:
            came = copy(folder / name, draft.root / name)
        except OSError as error:
            raise BackupError(
                f"{name} of the backup cannot be copied: {error.strerror}. Mend that or use another backup."
            ) from error
        if came != sha256:
            raise BackupError(
                f"{name} of the backup is not what was backed up: its sha256 differs. Use another backup."
            )
    progress.tell("files", 1.0, "")


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    inside = not path.is_absolute() and ".." not in path.parts and str(path) == name and "\0" not in name
    return inside and path.parts[:1] in {(one,) for one in (*BESIDE, TABLES)}


def _bring_tables(backup: Backup, draft: Home, migrations: list[Migration]) -> None:
    """Tables as the backup's version had them, filled; opening the home brings them to today's."""
    tables = draft.root / TABLES
    lock = claim(draft)
    try:
        with in_sentences(draft):
            db = connect(draft, migrations)
            try:
                _load(db, tables, backup)
                db.execute("checkpoint")
                _wait_again(db, draft)
            finally:
                db.close()
    finally:
        lock.release()
    shutil.rmtree(tables)


def _wait_again(db: DuckDBPyConnection, draft: Home) -> None:
    """Bundles that were taken in only after the tables were read are taken in anew."""
    done = draft.inbox / "done"
    known = {name for (name,) in db.execute(TAKEN_IN).fetchall()}
    for folder in sorted(done.iterdir()) if done.is_dir() else []:
        if folder.name not in known:
            folder.rename(draft.inbox / folder.name)


def _load(db: DuckDBPyConnection, tables: Path, backup: Backup) -> None:
    names = table_names(db)
    if names != sorted(backup.rows) or any(f"{TABLES}/{name}.parquet" not in backup.files for name in names):
        raise BackupError("The tables of the backup are not those of its version; use another backup.")
    db.execute("begin")
    for place, name in enumerate(names):
        progress.tell("tables", place / len(names), name)
        try:
            found = db.read_parquet(str(tables / f"{name}.parquet"))
            fits = (found.columns, found.types) == (db.table(name).columns, db.table(name).types)
        except duckdb.Error as error:
            raise BackupError(f"The table {name} of the backup cannot be read: {error}") from error
        if not fits:
            raise BackupError(f"The table {name} of the backup has other columns than its version has.")
        try:
            found.insert_into(name)
        except duckdb.ConstraintException as error:
            raise BackupError(
                f"The table {name} of the backup has rows that it cannot have: {error}"
            ) from error
        if row_count(db, name) != backup.rows[name]:
            raise BackupError(f"The table {name} has not the {backup.rows[name]} rows that the backup names.")
    db.execute("commit")
    progress.tell("tables", 1.0, "")


def _check(draft: Home, backup: Backup) -> tuple[AuditReport, int]:
    """What the audit says of the backup's facts, and how many sign-ins were live then: all are ended."""
    progress.tell("audit", 0.0, "")
    with open_store(draft) as store, store.reading() as db:
        report = verify(db, draft)
        if report.broken_seq is None and (report.rows, report.head) != (backup.audit_seq, backup.audit_head):
            raise BackupError(
                f"The audit ends at row {report.rows}, the backup says {backup.audit_seq} with another head; "
                "use another backup."
            )
        # Some may have been ended, or stolen, since the backup was made.
        live = credentials.live(db, now())
        if live:
            store.append(HONE.annotator_id, *(SignOut(token_hash=one.token_hash) for one in live))
    return report, len(live)
