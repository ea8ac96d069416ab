"""Published pairs taken into a home: pairs a second and how far the memory grows; beside it SQLite doing the
same rows, a thousand pairs a transaction. As the number of pairs grows.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from store.bench.collection import scratch
from store.bench.machine import Machine, before, peak_memory
from store.bench.registry import Settings
from store.bench.rival import Chunk, Rival
from store.database import open_store
from store.door import LocalDoor
from store.exchange.hh import import_hh
from store.home import Home
from store.identity import identity

SIZES: Final = (10_000, 1_000_000)
CHUNK: Final = 1000
"""Pairs in a transaction of SQLite."""
GROWTH_MB: Final = 1500.0
"""The most by which the memory may grow."""
WORDS: Final = " and whatever else one might want to know about it" * 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAt:
    """What was measured with so many pairs, `added` of which are in the home."""

    pairs: int
    added: int
    seconds: float
    per_second: float
    memory_growth_mb: float
    sqlite_per_second: float
    sqlite_added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportBench:
    """`growth` is the pairs a second at the smallest size over those at the largest."""

    bench: str
    ratio: float
    peer: str
    unit: str
    growth: float
    memory_growth_mb: float
    met: bool
    at: tuple[ImportAt, ...]
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        said = [
            f"{one.pairs} pairs in {one.seconds:.1f} s ({one.per_second:.0f} a second), {one.added} added, "
            f"memory grew by {one.memory_growth_mb:.0f} MB; SQLite {one.sqlite_per_second:.0f} a second"
            for one in self.at
        ]
        return [
            *said,
            f"memory grew by {self.memory_growth_mb:.0f} MB at most (at most {GROWTH_MB:g}); a pair takes "
            f"{self.growth:.2f} times as long at the largest size",
        ]


def run(settings: Settings) -> ImportBench:
    """Measures with 10 thousand and with 1 million pairs, or with the sizes that are given."""
    with scratch() as folder:
        noise = before(folder)
        at = tuple(_measure(folder / str(size), size, settings) for size in settings.sizes or SIZES)
        machine = noise.machine()
    growth_mb = max(one.memory_growth_mb for one in at)
    return ImportBench(
        bench="import",
        ratio=at[-1].per_second / at[-1].sqlite_per_second,
        peer="SQLite (WAL, synchronous=FULL), a thousand pairs a transaction",
        unit="pairs a second",
        growth=at[0].per_second / at[-1].per_second,
        memory_growth_mb=growth_mb,
        met=growth_mb <= GROWTH_MB and all(one.added == one.pairs for one in at),
        at=at,
        machine=machine,
    )


def _measure(root: Path, size: int, settings: Settings) -> ImportAt:
    stage = f"import_{size}"
    root.mkdir()
    file = root / "pairs.jsonl"
    settings.show(stage, 0.0, "writing a file")
    _write(file, size)
    settings.show(stage, 0.1, "importing")
    with open_store(Home(root / "home")) as store, peak_memory() as peak:
        began = time.perf_counter()
        report = import_hh(LocalDoor(store), [file])
        seconds = time.perf_counter() - began
    settings.show(stage, 0.8, "SQLite")
    with Rival(root / "rival.sqlite") as rival:
        began = time.perf_counter()
        sqlite_added = rival.add(_chunks(file))
        sqlite_seconds = time.perf_counter() - began
    settings.show(stage, 1.0, f"{size / seconds:.0f} a second")
    return ImportAt(
        pairs=size,
        added=report.added,
        seconds=seconds,
        per_second=size / seconds,
        memory_growth_mb=peak.growth_mb,
        sqlite_per_second=size / sqlite_seconds,
        sqlite_added=sqlite_added,
    )


def _write(file: Path, size: int) -> None:
    """Pairs of their own prompt each, of the length of a short dialogue's turn."""
    with file.open("w", encoding="utf-8") as lines:
        for number in range(size):
            asked = f"\n\nHuman: What is {number}?{WORDS}\n\nAssistant:"
            row = {"chosen": f"{asked} A number.{WORDS}", "rejected": f"{asked} Nothing.{WORDS}"}
            lines.write(f"{json.dumps(row)}\n")


def _chunks(file: Path) -> Iterator[Chunk]:
    """The rows that SQLite takes: prompts, responses, comparisons and labels, by hash as the store's are."""
    with file.open("rb") as lines:
        while some := list(islice(lines, CHUNK)):
            chunk = Chunk()
            for line in some:
                _add(chunk, json.loads(line))
            yield chunk


def _add(chunk: Chunk, row: dict[str, str]) -> None:
    asked, chosen = row["chosen"].rsplit("\n\nAssistant:", 1)
    rejected = row["rejected"].rsplit("\n\nAssistant:", 1)[1]
    prompt_id = identity("prompt", asked)
    chosen_id, rejected_id = (identity("response", prompt_id, text) for text in (chosen, rejected))
    first, second = sorted((chosen_id, rejected_id))
    comparison_id = identity("comparison", first, second)
    ranks = "[1,2]" if first == chosen_id else "[2,1]"
    chunk.prompts.append((prompt_id, asked, "helpfulness", "train"))
    chunk.responses.extend([(chosen_id, prompt_id, chosen), (rejected_id, prompt_id, rejected)])
    chunk.comparisons.append((comparison_id, prompt_id, first, second))
    chunk.labels.append((identity("label", comparison_id), comparison_id, "imported", ranks, 2, "{}"))
