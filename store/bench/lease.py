"""The next comparison for 16 annotators at once: what the queue takes to decide, and the whole verb, whose
lease is durable and whose texts are read. Beside it the same work on SQLite, as the open comparisons grow in
number.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.bench.collection import Collection, enlist, made, scratch
from store.bench.crowd import Load, Timing, crowd
from store.bench.machine import Machine, before, resident
from store.bench.registry import Settings
from store.bench.rival import Rival
from store.database import Store, open_store
from store.messages import Actor, Assignment, NextComparison
from store.queueing.asked import Asked
from store.records import now
from store.verbs import next_comparison

SIZES: Final = (10_000, 1_000_000)
THREADS: Final = 16
OVERLAP: Final = 5
"""Annotators that each comparison wants, so that few are used up."""
DECISION_MS: Final = 5.0
"""The most that the 99th percentile of a decision may take, at any size."""
GROWTH: Final = 2.0
"""The most times that a decision's 99th percentile may grow from the smallest size to the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAt:
    """What was measured with so many open comparisons; `sqlite` does the work of the verb."""

    open_comparisons: int
    opening_seconds: float
    opening_growth_mb: float
    decision: Timing
    verb: Timing
    sqlite: Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseBench:
    """`growth` is the decision's 99th percentile at the largest size over that at the smallest."""

    bench: str
    ratio: float
    peer: str
    unit: str
    growth: float
    decision_p99_ms: float
    met: bool
    threads: int
    at: tuple[LeaseAt, ...]
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        said = []
        for one in self.at:
            said += [
                f"{one.open_comparisons} open comparisons (opened in {one.opening_seconds:.1f} s):",
                f"  decision  {one.decision.words()}",
                f"  verb      {one.verb.words()}",
                f"  SQLite    {one.sqlite.words()}",
            ]
        return [
            *said,
            f"decision: p99 grows {self.growth:.2f} times (at most {GROWTH:g}), "
            f"{self.decision_p99_ms:.3g} ms at worst (below {DECISION_MS:g})",
        ]


def run(settings: Settings) -> LeaseBench:
    """Measures with 10 thousand and with 1 million open comparisons, or with the sizes that are given."""
    sizes = settings.sizes or SIZES
    with scratch() as folder:
        noise = before(folder)
        at = tuple(_measure(folder / str(size), size, min(sizes), settings) for size in sizes)
        machine = noise.machine()
    growth = at[-1].decision.p99_ms / at[0].decision.p99_ms
    slowest = max(one.decision.p99_ms for one in at)
    return LeaseBench(
        bench="lease",
        ratio=at[-1].sqlite.p99_ms / at[-1].verb.p99_ms,
        peer="SQLite (WAL, synchronous=FULL, partial index, one writer at a time)",
        unit="99th percentile of a durable lease with its texts",
        growth=growth,
        decision_p99_ms=slowest,
        met=growth <= GROWTH and slowest < DECISION_MS,
        threads=THREADS,
        at=at,
        machine=machine,
    )


def _measure(root: Path, size: int, smallest: int, settings: Settings) -> LeaseAt:
    """The same number of leases at every size: at most a third of what the smallest wants, in either load."""
    most = max(1, OVERLAP * smallest // 3 // THREADS)
    load = Load(threads=THREADS, seconds=settings.seconds, most=most)
    settings.show(f"lease_{size}", 0.0, "filling a home")
    home = made(root, Collection(comparisons=size, overlap=OVERLAP))
    memory, began = resident(), time.perf_counter()
    with open_store(home) as store:
        opening = time.perf_counter() - began
        growth = (resident() - memory) / 1e6
        actors = enlist(store, THREADS)
        settings.show(f"lease_{size}", 0.4, "decisions")
        decision = _decisions(store, actors, load)
        settings.show(f"lease_{size}", 0.5, "whole leases")
        verb = _verbs(store, actors, load)
    settings.show(f"lease_{size}", 0.7, "SQLite")
    with Rival(root / "rival.sqlite") as rival:
        rival.fill(size, labels=0, overlap=OVERLAP)
        sqlite = _rivals(rival, load)
    settings.show(f"lease_{size}", 1.0, decision.words())
    return LeaseAt(
        open_comparisons=size,
        opening_seconds=opening,
        opening_growth_mb=growth,
        decision=decision,
        verb=verb,
        sqlite=sqlite,
    )


def _decisions(store: Store, actors: list[Actor], load: Load) -> Timing:
    """The queue alone: it leases, which counts, and the lease is finished, which does not."""

    def decide(number: int) -> float | None:
        began = time.perf_counter()
        held = store.queue.lease(Asked(actors[number].annotator_id), now())
        taken = time.perf_counter() - began
        if held is None:
            return None
        store.queue.finish(held)
        return taken

    return crowd(load, decide)


def _verbs(store: Store, actors: list[Actor], load: Load) -> Timing:
    def ask(number: int) -> float | None:
        began = time.perf_counter()
        asked = next_comparison(store, actors[number], NextComparison())
        taken = time.perf_counter() - began
        held = store.queue.held(asked.lease_id) if isinstance(asked, Assignment) else None
        if held is None:
            return None
        store.queue.finish(held)
        return taken

    return crowd(load, ask)


def _rivals(rival: Rival, load: Load) -> Timing:
    def ask(number: int) -> float | None:
        began = time.perf_counter()
        leased = rival.lease(f"bench-{number}")
        return time.perf_counter() - began if leased else None

    return crowd(load, ask)
