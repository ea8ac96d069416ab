"""The whole measurement in order: each load, a real browser, a soak, the books, and the naive form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from annotate.bench import browser
from annotate.bench.ladder import Load, climb, seated
from annotate.bench.seat import Seat
from annotate.bench.served import NAIVE, ORDINARY, Served, served
from annotate.bench.work import PASSWORD, made, person
from store import labels
from store.bench.app import LONGEST_P95_MS, MOST_CPU_MS, MOST_GROWTH_MB, AppBench, Painted, Rung, Soak, Word
from store.bench.machine import before
from store.counts import counts
from store.database import open_store
from store.home import Home

Say = Callable[[Word], None]

LEAST_THOUGHTS: Final = 6.0
"""A load lasts at least so many times as long as a thought."""
SPARE: Final = 400
"""Comparisons more than the labels that are expected."""
MOST_COMPARISONS: Final = 10_000
"""Beyond them, each is asked of several people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The loads by their sessions, seconds a load and a thought, and minutes of soaking."""

    sizes: tuple[int, ...]
    seconds: float
    think: float
    soak: float

    @property
    def load(self) -> Load:
        """One load."""
        return Load(think=self.think, seconds=max(self.seconds, LEAST_THOUGHTS * self.think))

    def expected(self) -> int:
        """More labels than will be given in all."""
        seconds = self.load.seconds * (sum(self.sizes) + 2 * self.sizes[-1]) + 60 * self.soak * self.sizes[-1]
        return SPARE + int(1.3 * seconds / self.think)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What was acknowledged and what of it the store holds."""

    acknowledged: int
    lost: int
    twice: int


async def measured(folder: Path, plan: Plan, say: Say) -> AppBench:
    """Takes minutes; makes homes in the folder."""
    noise, people = before(folder), plan.sizes[-1] + 1
    say(Word(stage="app", message="filling a home"))
    comparisons = min(plan.expected(), MOST_COMPARISONS)
    home = made(folder / "home", people, comparisons, overlap=-(-plan.expected() // comparisons))
    with served(home, ORDINARY) as server:
        seats = [Seat(server.url, person(number), PASSWORD) for number in range(people)]
        rungs = tuple([await _rung(server, seats[:size], plan.load, say) for size in plan.sizes])
        painted, by_browser = await _painted(server, seats, plan, say)
        soak = await _soak(server, seats[:-1], plan, say) if plan.soak else None
    books = _books(home, seats, by_browser)
    say(Word(stage="naive", message="filling a home"))
    rival = made(folder / "naive", people, comparisons, overlap=1)
    with served(rival, NAIVE) as server:
        others = [Seat(server.url, person(number), PASSWORD) for number in range(plan.sizes[-1])]
        naive = await _rung(server, others, plan.load, say, "naive")
    return AppBench(
        bench="app",
        ratio=naive.p95_ms / rungs[-1].p95_ms,
        peer="the same app with Streamlit's own collector after every run and nothing frozen",
        unit=f"95th percentile from submit to the next comparison, {plan.sizes[-1]} sessions",
        met=_met(rungs[-1], books, soak),
        at=rungs,
        naive=naive,
        painted=painted,
        soak=soak,
        acknowledged=books.acknowledged,
        lost=books.lost,
        twice=books.twice,
        machine=noise.machine(),
    )


def _met(largest: Rung, books: Books, soak: Soak | None) -> bool:
    quick = largest.p95_ms < LONGEST_P95_MS and largest.cpu_ms_a_label < MOST_CPU_MS
    return quick and books.lost == books.twice == 0 and (soak is None or soak.growth_mb <= MOST_GROWTH_MB)


async def _rung(server: Served, seats: Sequence[Seat], load: Load, say: Say, stage: str = "load") -> Rung:
    named = f"{stage} {len(seats)}"
    say(Word(stage=named, message="signing in"))
    await seated(seats)
    rung = await climb(
        server, seats, load, lambda gone: say(Word(stage=named, fraction=min(0.99, gone / load.seconds)))
    )
    for seat in seats:
        await seat.leave()
    say(Word(stage=named, fraction=1.0, message=rung.words().strip()))
    return rung


async def _painted(server: Served, seats: Sequence[Seat], plan: Plan, say: Say) -> tuple[Painted | None, int]:
    """The last person has a real browser, all but one of the others work beside it; and its labels."""
    path = browser.found()
    if path is None:
        return None, 0
    others = seats[: plan.sizes[-1] - 1]
    say(Word(stage="browser", message="signing in"))
    await seated(others)
    working = asyncio.create_task(climb(server, others, plan.load, lambda _gone: None)) if others else None
    painted = await browser.paint(path, server.url, seats[-1].name, plan.load.seconds - 5, len(others))
    if working is not None:
        await working
    for seat in others:
        await seat.leave()
    say(Word(stage="browser", fraction=1.0, message=painted.words()))
    return painted, painted.labels


async def _soak(server: Served, seats: Sequence[Seat], plan: Plan, say: Say) -> Soak:
    seconds, memory = 60 * plan.soak, list[tuple[float, float]]()

    def told(gone: float) -> None:
        memory.append((gone, server.memory_mb()))
        say(Word(stage="soak", fraction=min(0.99, gone / seconds), message=f"{memory[-1][1]:.0f} MB"))

    await seated(seats)
    rung = await climb(server, seats, Load(think=plan.think, seconds=seconds), told)
    for seat in seats:
        await seat.leave()
    first = next(megabytes for gone, megabytes in memory if gone >= seconds / 10)
    return Soak(
        minutes=plan.soak, load=rung, first_mb=first, last_mb=rung.memory_mb, growth_mb=rung.memory_mb - first
    )


def _books(home: Home, seats: Sequence[Seat], by_browser: int) -> Books:
    """Every acknowledged label is looked up by its lease; the browser's are only counted."""
    saved = [lease for seat in seats for lease in seat.saved]
    with open_store(home) as store, store.reading() as db:
        lost = sum(labels.by_id(db, lease) is None for lease in saved)
        kept = counts(db).labels
    acknowledged = len(saved) + by_browser
    return Books(
        acknowledged=acknowledged,
        lost=lost + max(0, acknowledged - lost - kept),
        twice=max(0, kept - acknowledged),
    )
