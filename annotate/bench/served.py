"""A server of the app as a process of its own, and what the kernel says of it: processor time and memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.errors import HoneError
from store.home import Home
from store.owner import running

PATIENCE: Final = 60.0
ORDINARY: Final = "annotate"
NAIVE: Final = "annotate.bench.naive"
TICK: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers, and its process."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that it has used so far, in all its threads."""
        after_name = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICK

    def memory_mb(self) -> float:
        """Resident memory, in millions of bytes."""
        pages = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * PAGE / 1e6


@contextmanager
def served(home: Home, module: str) -> Iterator[Served]:
    """Runs `python -m module` over the home until the block ends."""
    log = home.root / "server.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", module, "--home", str(home.root), "--port", "0"],
            stdout=words,
            stderr=words,
        )
        try:
            yield Served(_address(home, process, log), process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _address(home: Home, process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it answers."""
    deadline = time.monotonic() + PATIENCE
    while (owner := running(home)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            raise HoneError(f"The server did not start: {log.read_text(encoding='utf-8')[-2000:]}")
        time.sleep(0.05)
    return owner.url
