"""Many threads that do the same thing again and again, each as soon as its last is done; how long it took.

The latencies are those of a closed loop: with n threads the median is about n divided by the throughput.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[int], float | None]
"""Does one thing for the thread of this number; the seconds that counted, or None when nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How many were done and in how many seconds, and the latencies of one, in milliseconds."""

    count: int
    seconds: float
    per_second: float
    p50_ms: float
    p99_ms: float
    worst_ms: float

    def words(self) -> str:
        """Such as `1200 a second, p50 3.1 ms, p99 9.0 ms`."""
        return f"{self.per_second:.0f} a second, p50 {self.p50_ms:.3g} ms, p99 {self.p99_ms:.3g} ms"


def timing(latencies: Sequence[float], seconds: float) -> Timing:
    """Of latencies in seconds, taken in so many seconds in all."""
    ordered = sorted(latencies)
    return Timing(
        count=len(ordered),
        seconds=seconds,
        per_second=len(ordered) / seconds,
        p50_ms=quantile(ordered, 0.5) * 1e3,
        p99_ms=quantile(ordered, 0.99) * 1e3,
        worst_ms=ordered[-1] * 1e3,
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the ordered values does not exceed."""
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many threads there are, for how many seconds, and how often each works at most."""

    threads: int
    seconds: float
    most: int


def crowd(load: Load, work: Work) -> Timing:
    """Lets the threads work until the time is over or nothing is left; raises what one of them does."""
    stop, failures = threading.Event(), list[Exception]()
    latencies: list[list[float]] = [[] for _ in range(load.threads)]

    def labour(number: int) -> None:
        try:
            for _ in range(load.most):
                if stop.is_set() or (taken := work(number)) is None:
                    return
                latencies[number].append(taken)
        except Exception as error:  # noqa: BLE001  # raised below, in the thread that asked
            failures.append(error)
            stop.set()

    workers = [threading.Thread(target=labour, args=(number,)) for number in range(load.threads)]
    began = time.perf_counter()
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(max(0.0, began + load.seconds - time.perf_counter()))
    finally:
        stop.set()
        for worker in workers:
            if worker.ident is not None:
                worker.join()
    taken = time.perf_counter() - began
    if failures:
        raise failures[0]
    return timing([one for mine in latencies for one in mine], taken)
