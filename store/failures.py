"""What the disk or the database refused, as a sentence: what happened, what is safe, what to do."""

from __future__ import annotations

import errno
import os
import pwd
from typing import Final

import duckdb

from store.home import Home

FULL: Final = ("No space left on device", "File too large", "Disk quota exceeded")
"""How the system says that a file cannot grow; the second is a limit set for the process."""
DAMAGED: Final = ("Corrupt", "not a valid DuckDB database", "checksum")
RESTORE: Final = "keep the home as it is and bring the newest backup back with hone restore BACKUP --home NEW"


def not_kept(error: Exception) -> str:
    """Why a write was refused, to the one who asked for it."""
    if isinstance(error, duckdb.FatalException):
        return not_read(error)
    if _is_full(str(error)):
        return "The disk of the home is full, so this was not kept; free some space and send it again."
    return f"The store could not keep this: {error}"


def not_read(error: Exception) -> str:
    """Why the database does not answer any more."""
    if isinstance(error, duckdb.FatalException):
        why = "the disk of the home is full" if _is_full(str(error)) else f"of this error: {_first(error)}"
        return (
            f"The database has stopped because {why}; mend that and start hone again: what was acknowledged "
            "is safe, this was not kept."
        )
    if _says(error, DAMAGED):
        return f"The database is damaged ({_first(error)}); {RESTORE}."
    return f"The disk of the home refused: {_first(error)}. Check it, then ask again."


def not_opened(home: Home, error: Exception) -> str:
    """Why the database could not be opened."""
    text = str(error)
    if "WAL" in text and _says(error, DAMAGED):
        return (
            f"The end of the log {home.database.name}.wal cannot be read ({_first(error)}); run hone repair."
        )
    if _says(error, DAMAGED):
        return f"The database is damaged ({_first(error)}); {RESTORE}."
    if _is_full(text):
        return f"The disk of the home {home.root} is full; free some space and start hone again."
    if "Permission denied" in text:
        return _forbidden(home)
    return (
        f"The database {home.database.name} could not be opened: {_first(error)}. "
        "If a newer hone wrote it, install that one."
    )


def not_usable(home: Home, error: OSError) -> str:
    """Why the folder cannot be a home."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return f"Expected a folder for the home at {home.root}; a file is in the way. Name another path."
    if error.errno == errno.EROFS:
        return f"The home {home.root} is on a disk that is mounted read-only; mount it for writing."
    if isinstance(error, PermissionError):
        return _forbidden(home)
    if error.errno in {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}:
        return f"The disk of the home {home.root} is full; free some space and start hone again."
    return f"The home {home.root} cannot be used: {error}. Check the path and the disk."


def _forbidden(home: Home) -> str:
    """Names the first file that this user may not write."""
    log = home.database.with_name(f"{home.database.name}.wal")
    wanted = [one for one in (home.root, home.lock, home.database, log, home.settings) if one.exists()]
    effective = os.access in os.supports_effective_ids
    refused = (one for one in wanted if not os.access(one, os.R_OK | os.W_OK, effective_ids=effective))
    closed = next(refused, home.root)
    return (
        f"Expected a home that {_user()} may read and write; {closed} is not. "
        "Run hone as the user whom the home belongs to, or give this one the permission."
    )


def _user() -> str:
    """Who runs this; by number where the system has no name."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _is_full(text: str) -> bool:
    return any(words in text for words in FULL)


def _says(error: Exception, words: tuple[str, ...]) -> bool:
    return any(word in str(error) for word in words)


def _first(error: Exception) -> str:
    """The error's first line without its full stop."""
    return str(error).partition("\n")[0].rstrip(".")
