"""Folders and files that are there whole or not at all, also after a kill, a full disk or a power cut."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder to fill; it takes the place of `folder` once the block ends without an error."""
    fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        yield fresh
        for file in fresh.rglob("*"):
            _settle(file)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)  # half of it is of no use, and takes room
        raise
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def replacing_file(file: Path) -> Iterator[Path]:
    """A path beside `file` to write to; it takes the file's place once the block ends without an error."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        yield fresh
        _settle(fresh)
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def copied_once(source: Path, target: Path) -> None:
    """Copies the folder, unless the target is there; it is there whole or not at all."""
    if not target.exists():
        with replacing(target) as fresh:
            shutil.copytree(source, fresh, dirs_exist_ok=True)


def _settle(file: Path) -> None:
    """Waits until the file's content is on the disk: else a power cut leaves its name with nothing in it."""
    if file.is_file():
        with file.open("rb") as content:
            os.fsync(content.fileno())


def link_files(source: Path, target: Path) -> None:
    """Gives `target` the files of the folder `source`: links where the file system can, else copies."""
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(path for path in source.iterdir() if path.is_file()):
        try:
            os.link(file.resolve(), target / file.name)
        except OSError:  # another file system, or one without links
            shutil.copy2(file, target / file.name)
