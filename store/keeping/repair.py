"""Brings a database back whose log ends in zeros, as a power cut can leave it.

DuckDB refuses such a log. What is zero was never made durable, so nobody was told that it was saved; the
log is cut where its last whole entry ends. Anything else that DuckDB refuses may have been durable: then
nothing is changed.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from store.counts import counts
from store.database import claim, connect, in_sentences, peek
from store.errors import DatabaseError
from store.failures import RESTORE
from store.home import Home
from store.keeping.copies import sync
from store.messages import AuditReport
from store.migrate import applied, shipped
from store.records import now
from store.verification import verify

POSITION: Final = re.compile(r"Corrupt WAL file: entry at byte position (\d+)")
HEADER: Final = 16
"""Bytes of an entry's size and checksum; the position that DuckDB names lies behind them (1.5)."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """How much is in the database; `kept` has the files as they were, None where nothing was wrong."""

    kept: Path | None
    cut: int
    labels: int
    audit: AuditReport


def repair(home: Home) -> Repaired:
    """Mends the log if that is all that is wrong. Raises DatabaseError, with what to do, where it is not."""
    if not home.database.exists():
        raise DatabaseError(f"Expected a database at {home.database}; there is none, so nothing was touched.")
    lock = claim(home)
    try:
        return _repair(home)
    finally:
        lock.release()


def _repair(home: Home) -> Repaired:
    refused = _refused(home)
    if refused is None:
        return _looked_at(home, None, 0)
    log = home.database.with_name(f"{home.database.name}.wal")
    start = _start_of_zeros(log, refused)
    kept = home.root / f"repair-{now():%Y%m%dT%H%M%S}"
    kept.mkdir(mode=0o700)
    for file in (home.database, log):
        shutil.copy2(file, kept / file.name)
        sync(kept / file.name)
    size = log.stat().st_size
    os.truncate(log, start)
    sync(log)
    still = _refused(home)
    if still is not None:
        for file in (home.database, log):
            shutil.copy2(kept / file.name, file)
        raise DatabaseError(
            f"The log was cut where its zeros began, was refused still ({still}) and is put back; {RESTORE}."
        )
    return _looked_at(home, kept, size - start)


def _refused(home: Home) -> str | None:
    """What DuckDB says when it does not open the database."""
    try:
        peek(home).close()
    except duckdb.Error as error:
        return str(error)
    return None


def _start_of_zeros(log: Path, refused: str) -> int:
    """Where the torn entry begins, if it and all behind it end in zeros; else DatabaseError."""
    found = POSITION.search(refused)
    if found is None:
        raise DatabaseError(
            f"The database cannot be opened, and not because of zeros at the end of its log ({refused}); "
            f"nothing was changed: {RESTORE}."
        )
    text = log.read_bytes()
    written = len(text.rstrip(b"\0"))
    start = int(found[1]) - HEADER
    # A whole entry ends in 0xffff. One that ends in zeros was not written to its end.
    end = start + HEADER + int.from_bytes(text[start : start + 8], "little")
    if start < 0 or written == len(text) or written >= end:
        raise DatabaseError(
            f"The log is damaged at byte {start}, and that is no tail of zeros: what lies behind it was "
            f"saved. Nothing was changed; {RESTORE}."
        )
    return start


def _looked_at(home: Home, kept: Path | None, cut: int) -> Repaired:
    with in_sentences(home):
        db = peek(home)
        if kept is not None or len(applied(db)) != len(shipped()):
            db.close()
            db = connect(home, shipped())
        try:
            counted = counts(db)
            labels = counted.labels + counted.evaluation_labels
            return Repaired(kept, cut, labels, verify(db, home))
        finally:
            db.close()
