"""Room on the home's disk: what a round takes, what it will want, and a little put by for its last words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from store import rounds
from store.errors import HoneError
from store.home import Home

BALLAST: Final = 64 * 1024
"""Bytes that a round puts by, and gives up to say that the disk is full."""
MODELS: Final = 16
"""What a first round may want, in models of the policy's size: it keeps two reward models and two policies,
and for a while two checkpoints of PPO, each a policy, a critic and the two moments of each."""
CLEARLY: Final = 0.9
"""A round is refused where there is less than this part of what one like it took: no two take the same."""


class NoRoomError(HoneError):
    """The disk has too little room for a round."""


def check_room(home: Home, number: int, method: str) -> None:
    """Raises NoRoomError where the round that goes on, or begins, now would clearly not fit."""
    before = alike(home, number, method)
    wanted, free = still_wanted(home, number, before), shutil.disk_usage(home.root).free
    if free < CLEARLY * wanted:
        raise NoRoomError(
            f"Expected about {size(wanted)} of free disk, by what round {before} took, the last of method "
            f"{method}; {size(free)} are free at {home.root}. Free some, then run hone round again."
        )


def no_room(home: Home, number: int, method: str) -> str:
    """How much is free, and how much is needed to go on."""
    before = alike(home, number, method)
    free, wanted = shutil.disk_usage(home.root).free, still_wanted(home, number, before)
    if wanted:
        need = f"by what round {before} took, it wants {size(wanted)} to end"
    else:
        so_far = taken(home.round(number))
        first = max(so_far, MODELS * taken(home.policies) - so_far)
        need = f"by the size of the policy that it began with, it may want {size(first)} to end"
    return f"The disk of {home.root} is full: {size(free)} are free; {need}. Free some space."


def alike(home: Home, number: int, method: str) -> int | None:
    """The last round before this one that was of the same method: others take more or less."""
    plans = rounds.progress(home)
    return max((plan.round for plan in plans if plan.round < number and plan.method == method), default=None)


def still_wanted(home: Home, number: int, before: int | None) -> int:
    """Bytes that the round will still take if it takes what the one `before` took; 0 where none was."""
    return 0 if before is None else max(0, taken(home.round(before)) - taken(home.round(number)))


def taken(folder: Path) -> int:
    """Bytes on the disk, a file of several names counted once; 0 where there is no folder."""
    found = (path.lstat() for path in folder.rglob("*"))
    return sum({stat.st_ino: stat.st_blocks * 512 for stat in found}.values())


@contextmanager
def put_by(folder: Path) -> Iterator[None]:
    """Inside, a little room is kept, until `give_up`."""
    (folder / ".room").write_bytes(os.urandom(BALLAST))
    try:
        yield
    finally:
        give_up(folder)


def give_up(folder: Path) -> None:
    """Frees the room that was put by."""
    (folder / ".room").unlink(missing_ok=True)


def size(count: float) -> str:
    """Bytes in words."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
