"""So many sessions at once for a while, each of which thinks, answers and waits for the next comparison."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from annotate.bench.seat import Seat
from annotate.bench.served import Served
from store.bench.app import Rung
from store.bench.crowd import quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How long a person thinks on average, and for how long the load lasts, in seconds."""

    think: float
    seconds: float


async def seated(seats: Sequence[Seat]) -> None:
    """Signs them all in, a few at a time: hashing a password is slow on purpose."""
    doors = asyncio.Semaphore(4)

    async def enter(seat: Seat) -> None:
        async with doors:
            await seat.sit()

    await asyncio.gather(*map(enter, seats))


async def climb(server: Served, seats: Sequence[Seat], load: Load, told: Callable[[float], None]) -> Rung:
    """Lets the seats, which are signed in, work; `told` hears once a second how many seconds have gone."""
    began, cpu = time.perf_counter(), server.cpu_seconds()
    ends = began + load.seconds
    clock = asyncio.create_task(_tick(began, told))
    people = (_toil(seat, load.think, ends) for seat in seats)
    latencies = await asyncio.gather(*people)
    clock.cancel()
    taken, used = time.perf_counter() - began, server.cpu_seconds() - cpu
    ordered = sorted(one for mine in latencies for one in mine)
    return Rung(
        sessions=len(seats),
        think_seconds=load.think,
        seconds=taken,
        acknowledged=len(ordered),
        per_second=len(ordered) / taken,
        p50_ms=quantile(ordered, 0.5) * 1e3,
        p95_ms=quantile(ordered, 0.95) * 1e3,
        p99_ms=quantile(ordered, 0.99) * 1e3,
        worst_ms=ordered[-1] * 1e3,
        cpu_ms_a_label=used / len(ordered) * 1e3,
        memory_mb=server.memory_mb(),
    )


async def _toil(seat: Seat, think: float, ends: float) -> list[float]:
    """One person, who begins somewhere in their first thought; at least one label each."""
    random, latencies = Random(seat.name), list[float]()  # noqa: S311  # the same thoughts each time
    await asyncio.sleep(random.random() * think)
    while not latencies or time.perf_counter() < ends:
        latencies.append(await seat.judge(random.randrange(2)))
        await asyncio.sleep(think * (0.5 + random.random()))
    return latencies


async def _tick(began: float, told: Callable[[float], None]) -> None:
    while True:
        told(time.perf_counter() - began)
        await asyncio.sleep(1)
