"""The machine that a figure was taken on, and how busy it and its disk were meanwhile."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

SYNCS: Final = 25
"""Blocks written to find out how fast the disk is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """`load_*` are the averages over a minute; `sync_*_ms` is the median time to make 4 kB durable."""

    cores: int
    load_before: float
    load_after: float
    sync_before_ms: float
    sync_after_ms: float
    python: str
    duckdb: str
    sqlite: str
    system: str

    def line(self) -> str:
        """The noise in words: what else the machine was doing."""
        return (
            f"{self.cores} cores, load {self.load_before:.1f} before and {self.load_after:.1f} after; "
            f"4 kB durable in {self.sync_before_ms:.2f} ms before and {self.sync_after_ms:.2f} ms after; "
            f"DuckDB {self.duckdb}, SQLite {self.sqlite}"
        )


@dataclass(frozen=True, slots=True)
class Before:
    """How busy the machine was when the benchmark began, and the folder whose disk it uses."""

    load: float
    sync_ms: float
    folder: Path

    def machine(self) -> Machine:
        """The machine now that the benchmark is over."""
        return Machine(
            cores=os.cpu_count() or 1,
            load_before=self.load,
            load_after=os.getloadavg()[0],
            sync_before_ms=self.sync_ms,
            sync_after_ms=sync_ms(self.folder),
            python=platform.python_version(),
            duckdb=duckdb.__version__,
            sqlite=sqlite3.sqlite_version,
            system=platform.platform(),
        )


def before(folder: Path) -> Before:
    """To be called as a benchmark begins."""
    return Before(os.getloadavg()[0], sync_ms(folder), folder)


def sync_ms(folder: Path) -> float:
    """The median time to append 4 kB to a file there and make it durable, in milliseconds."""
    file = folder / "sync"
    taken = []
    with file.open("wb", buffering=0) as handle:
        for _ in range(SYNCS):
            began = time.perf_counter()
            handle.write(bytes(4096))
            os.fdatasync(handle.fileno())
            taken.append(time.perf_counter() - began)
    file.unlink()
    return statistics.median(taken) * 1e3


@dataclass(slots=True)
class Peak:
    """The most memory that this process held, in bytes, beyond what it held at first."""

    first: int
    most: int

    @property
    def growth_mb(self) -> float:
        """In millions of bytes."""
        return (self.most - self.first) / 1e6


@contextmanager
def peak_memory(every: float = 0.05) -> Iterator[Peak]:
    """Looks at the process's resident memory every so many seconds."""
    peak, stop = Peak(resident(), 0), threading.Event()

    def look() -> None:
        while not stop.wait(every):
            peak.most = max(peak.most, resident())

    thread = threading.Thread(target=look, name="hone-bench-memory", daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
        peak.most = max(peak.most, resident())


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
