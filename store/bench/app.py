"""The whole app under load: its own process measures it, because the store does not know the app.

`python -m annotate.bench` says how far it is and, last, what it found, a JSON object a line; this module
starts it and says it on. The objects are the ones below.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from store.bench.machine import Machine
from store.bench.registry import Settings
from store.errors import HoneError

COMMAND: Final = (sys.executable, "-m", "annotate.bench")
LONGEST_P95_MS: Final = 150.0
"""From submit to the next comparison, in the largest load."""
MOST_CPU_MS: Final = 15.0
"""Of the server's processors, a label, in the largest load."""
MOST_GROWTH_MB: Final = 50.0
"""Of the server's memory, from the end of a soak's first tenth to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """So many sessions, each thinking `think_seconds` on average, from submit to the next comparison.

    `acknowledged` were said to be saved, `lost` of them are not in the store; `twice` are more than were
    acknowledged.
    """

    sessions: int
    think_seconds: float
    seconds: float
    acknowledged: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    worst_ms: float
    cpu_ms_a_label: float
    memory_mb: float

    def words(self) -> str:
        """A line of it."""
        return (
            f"{self.sessions:>4} sessions: p50 {self.p50_ms:.0f} ms, p95 {self.p95_ms:.0f} ms, "
            f"p99 {self.p99_ms:.0f} ms; {self.per_second:.1f} labels a second, "
            f"{self.cpu_ms_a_label:.1f} ms of processor a label; {self.memory_mb:.0f} MB"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A real browser beside so many sessions: from the key to the next pair on the screen."""

    others: int
    labels: int
    p50_ms: float
    p95_ms: float
    worst_ms: float

    def words(self) -> str:
        """A line of it."""
        return (
            f"a real browser beside {self.others}: key to painted p50 {self.p50_ms:.0f} ms, "
            f"p95 {self.p95_ms:.0f} ms ({self.labels} labels)"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Soak:
    """The largest load for a long time: `growth_mb` counts from the end of its first tenth."""

    minutes: float
    load: Rung
    first_mb: float
    last_mb: float
    growth_mb: float

    def words(self) -> str:
        """A line of it."""
        return (
            f"{self.minutes:g} minutes: {self.load.words()}; from {self.first_mb:.0f} to "
            f"{self.last_mb:.0f} MB, {self.growth_mb:+.0f} MB"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AppBench:
    """`naive` is the same app as Streamlit runs it by itself: see `annotate.bench.naive`."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    at: tuple[Rung, ...]
    naive: Rung
    painted: Painted | None
    soak: Soak | None
    acknowledged: int
    lost: int
    twice: int
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            *(rung.words() for rung in self.at),
            self.painted.words() if self.painted else "no browser was found: nothing was painted",
            *([self.soak.words()] if self.soak else []),
            f"the naive form: {self.naive.words()}",
            f"{self.acknowledged} labels acknowledged, {self.lost} lost, {self.twice} kept twice",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One line of the process: how far it is, or the result, or why there is none."""

    stage: str = ""
    fraction: float = 0.0
    message: str = ""
    result: AppBench | None = None
    error: str = ""


def run(settings: Settings) -> AppBench:
    """Measures in a process of its own; HoneError says why it could not."""
    command = [*COMMAND, "--seconds", str(settings.seconds), "--think", str(settings.think)]
    command += [
        "--soak",
        str(settings.soak),
        *(word for size in settings.sizes for word in ("--size", str(size))),
    ]
    reader, said = TypeAdapter(Word), Word(error="The benchmark's process ended without a word.")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None  # noqa: S101  # asked for above
        for line in process.stdout:
            said = reader.validate_json(line)
            settings.show(said.stage, said.fraction, said.message)
    if said.result is None:
        raise HoneError(said.error or "The benchmark's process ended before it had a result.")
    return said.result
