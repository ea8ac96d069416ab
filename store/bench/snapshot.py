"""Freezing pairs into a Parquet file, twice, which must give the same bytes; beside it SQLite writing the
same join as JSON lines. As the number of pairs grows.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.bench.collection import Collection, made, scratch
from store.bench.machine import Machine, before, peak_memory
from store.bench.registry import Settings
from store.bench.rival import Rival
from store.database import open_store
from store.messages import Freeze
from store.records import Contents
from store.verbs import freeze
from store.verbs.roles import HONE

SIZES: Final = (10_000, 500_000)
SECONDS: Final = 10.0
"""The most that freezing the largest size may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotAt:
    """What was measured with so many pairs; `identical` says whether both files had the same bytes."""

    pairs: int
    seconds: float
    again_seconds: float
    identical: bool
    file_mb: float
    memory_growth_mb: float
    sqlite_seconds: float
    sqlite_pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotBench:
    """`growth` is the time a pair takes at the largest size over that at the smallest."""

    bench: str
    ratio: float
    peer: str
    unit: str
    growth: float
    seconds: float
    met: bool
    at: tuple[SnapshotAt, ...]
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        said = [
            f"{one.pairs} pairs in {one.seconds:.2f} s, again in {one.again_seconds:.2f} s, "
            f"{'the same bytes' if one.identical else 'OTHER BYTES'}, {one.file_mb:.1f} MB; "
            f"SQLite {one.sqlite_seconds:.2f} s"
            for one in self.at
        ]
        return [*said, f"a pair takes {self.growth:.2f} times as long at the largest size"]


def run(settings: Settings) -> SnapshotBench:
    """Measures with 10 thousand and with 500 thousand pairs, or with the sizes that are given."""
    with scratch() as folder:
        noise = before(folder)
        at = tuple(_measure(folder / str(size), size, settings) for size in settings.sizes or SIZES)
        machine = noise.machine()
    first, last = at[0], at[-1]
    slowest = max(last.seconds, last.again_seconds)
    return SnapshotBench(
        bench="snapshot",
        ratio=last.sqlite_seconds / last.seconds,
        peer="SQLite writing the same join as JSON lines",
        unit="seconds",
        growth=(last.seconds / last.pairs) / (first.seconds / first.pairs),
        seconds=slowest,
        met=slowest < SECONDS and all(one.identical for one in at),
        at=at,
        machine=machine,
    )


def _measure(root: Path, size: int, settings: Settings) -> SnapshotAt:
    stage = f"snapshot_{size}"
    settings.show(stage, 0.0, "filling a home")
    home = made(root, Collection(comparisons=size, labels=size))
    with open_store(home) as store, peak_memory() as peak:
        settings.show(stage, 0.4, "freezing")
        began = time.perf_counter()
        frozen = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
        seconds, file = time.perf_counter() - began, home.root / frozen.path
        first = _sha256(file)
        file.unlink()  # so that what lies there next was written the second time
        settings.show(stage, 0.6, "freezing again")
        began = time.perf_counter()
        again = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
        again_seconds = time.perf_counter() - began
        identical = again.path == frozen.path and _sha256(file) == first
    settings.show(stage, 0.8, "SQLite")
    with Rival(root / "rival.sqlite") as rival:
        rival.fill(size, labels=size)
        began = time.perf_counter()
        sqlite_pairs = rival.write_pairs(root / "pairs.jsonl")
        sqlite_seconds = time.perf_counter() - began
    settings.show(stage, 1.0, f"{seconds:.1f} s")
    return SnapshotAt(
        pairs=frozen.row_count,
        seconds=seconds,
        again_seconds=again_seconds,
        identical=identical,
        file_mb=file.stat().st_size / 1e6,
        memory_growth_mb=peak.growth_mb,
        sqlite_seconds=sqlite_seconds,
        sqlite_pairs=sqlite_pairs,
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
