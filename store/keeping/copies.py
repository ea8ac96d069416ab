"""Files copied with their sha256, so that a copy can be told from what it should be. Follows no link."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHUNK: Final = 1024 * 1024
"""Bytes in memory at a time."""


def regular_files(folder: Path) -> Iterator[Path]:
    """Every finished file below the folder, in order; no link is followed and no draft is taken."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_draft(name))
        for name in sorted(files):
            file = Path(root) / name
            if not _is_draft(name) and file.is_file() and not file.is_symlink():
                yield file


def copy(source: Path, target: Path) -> str:
    """Copies the file, durable when this returns; the sha256 of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "rb") as read, target.open("xb") as written:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            written.write(chunk)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def sha256(file: Path) -> str:
    """Of a file's contents."""
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Makes a file, or what a folder lists, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_draft(name: str) -> bool:
    return name.startswith(".") or name.endswith(".tmp")
