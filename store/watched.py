"""Files that others write, read again only when they have changed. Knows nothing of what they say."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
Version = tuple[int, int, int]


def read(file: Path, parse: Callable[[bytes], T]) -> T | None:
    """What `parse` makes of the file; None where it is missing, or `parse` raises ValueError."""
    try:
        stat = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    # A file that grows has another size, one that takes its place another inode.
    made: T | None = _made(file, parse, (stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return made


@lru_cache(maxsize=4096)
def _made(file: Path, parse: Callable[[bytes], Any], _version: Version) -> Any:  # noqa: ANN401  # a T, or None
    try:
        return parse(file.read_bytes())
    except ValueError:
        return None
