"""Whether a process that once said something is still there, and not another that was given its number since.

Knows nothing of what it does.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def mark(pid: int) -> str:
    """What tells the process from any other that has or had its number: which start of the machine it belongs
    to, and its own start in ticks since then; empty where the system does not tell (not Linux)."""
    stat = _stat(pid)
    try:
        boot = BOOT.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f"{boot} {stat[19]}" if stat else ""  # field 22 of proc(5), the number and the name not counted


def is_alive(pid: int, marked: str = "") -> bool:
    """Whether the process runs, and is the one with this `mark` where one is given.

    One that has ended and was not yet collected does not run.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs as another user
    stat = _stat(pid)
    if not stat:  # not Linux: a process that can be signalled counts as running
        return True
    return stat[0] != "Z" and (not marked or marked == mark(pid))


def _stat(pid: int) -> list[str]:
    """The fields of the process after its name, which may have spaces and brackets; none where unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return stat.rpartition(")")[2].split()
