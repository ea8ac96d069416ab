"""Two contestants in turn, each from the same weights: what a stretch of training took of either.

Timed is the training alone, from the end of the first optimiser step to that of the last: batches, both
passes and the steps between; whatever a trainer does before is outside. Parts alternate, and so does who
comes first, so that whatever else the machine does meets both alike.
"""

from __future__ import annotations

import ctypes
import gc
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from torch.optim import Optimizer
from torch.optim.optimizer import register_optimizer_step_post_hook
from transformers import PreTrainedModel

from rlhf.bench.contestants import Start, Train, hone, trl
from rlhf.reward_models.elements import Encoded
from store.bench.machine import peak_memory
from store.bench.registry import Show

WARM_UP: Final = 4
"""Batches of the part that is not timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of training: seconds of the clock and of all processors for the `timed_pairs` after the first
    step; `whole_seconds` begin with token ids and end with trained weights; memory's growth meanwhile.
    """

    pairs: int
    timed_pairs: int
    seconds: float
    processor_seconds: float
    steps: int
    whole_seconds: float
    memory_mb: float

    @property
    def per_second(self) -> float:
        """Pairs a second by the clock."""
        return self.timed_pairs / self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A part of Hone and one of TRL, next to each other in time."""

    hone: Part
    trl: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Medians of a contestant's parts, and the most by which memory grew in one."""

    pairs_per_second: float
    processor_ms_a_pair: float
    memory_mb: float

    def words(self) -> str:
        """A line of it."""
        return (
            f"{self.pairs_per_second:.1f} pairs a second, {self.processor_ms_a_pair:.1f} ms of processor a "
            f"pair, memory grew by {self.memory_mb:.0f} MB"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """`ratio` is how many times Hone's seconds go into TRL's, the median over the rounds, by the clock;
    `work_ratio` is of processor time, which what else the machine does hardly changes.
    """

    precision: str
    ratio: float
    work_ratio: float
    hone: Speed
    trl: Speed
    rounds: tuple[Round, ...]

    def lines(self) -> list[str]:
        """The figures in words."""
        return [
            f"{self.precision}: Hone {self.hone.words()}",
            f"{self.precision}: TRL {self.trl.words()}",
            f"{self.precision}: {self.ratio:.2f} times by the clock, {self.work_ratio:.2f} by processor time",
        ]


@dataclass(slots=True)
class Steps:
    """When each optimiser step ended, by the clock and in processor time."""

    ends: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)


def timed(start: Start, train: Train, rows: Sequence[Encoded]) -> tuple[Part, PreTrainedModel]:
    """Trains a fresh model on the rows, in two steps at least; what it took, and the model."""
    model = start.model()
    give_back()
    with counted_steps() as steps, peak_memory() as memory:
        began = time.perf_counter()
        train(start, model, rows)
        whole = time.perf_counter() - began
    shutil.rmtree(start.folder, ignore_errors=True)
    part = Part(
        pairs=len(rows),
        timed_pairs=len(rows) * start.settings.epochs - start.settings.batch_pairs,
        seconds=steps.ends[-1] - steps.ends[0],
        processor_seconds=steps.worked[-1] - steps.worked[0],
        steps=len(steps.ends),
        whole_seconds=whole,
        memory_mb=memory.growth_mb,
    )
    return part, model


@contextmanager
def counted_steps() -> Iterator[Steps]:
    """Notes the steps of whatever optimisers there are."""
    steps = Steps()

    def step(_optimizer: Optimizer, _positional: tuple[Any, ...], _named: dict[str, Any]) -> None:
        steps.ends.append(time.perf_counter())
        steps.worked.append(time.process_time())

    handle = register_optimizer_step_post_hook(step)
    try:
        yield steps
    finally:
        handle.remove()


def race(start: Start, rows: Sequence[Encoded], rounds: int, show: Show) -> Race:
    """Parts of these rows in turn, after a short one of each that is not timed."""
    few = rows[: WARM_UP * start.settings.batch_pairs]
    stage = f"racing_{start.settings.precision}"
    show(stage, 0.0, f"{len(rows)} pairs a part")
    for train in (hone, trl):
        timed(start, train, few)
    done = []
    for number in range(rounds):
        order = (hone, trl) if number % 2 == 0 else (trl, hone)
        parts = {train: timed(start, train, rows)[0] for train in order}
        done.append(Round(hone=parts[hone], trl=parts[trl]))
        show(stage, (number + 1) / rounds, f"{done[-1].trl.seconds / done[-1].hone.seconds:.2f} times")
    return Race(
        precision=start.settings.precision,
        ratio=median(one.trl.seconds / one.hone.seconds for one in done),
        work_ratio=median(one.trl.processor_seconds / one.hone.processor_seconds for one in done),
        hone=_speed([one.hone for one in done]),
        trl=_speed([one.trl for one in done]),
        rounds=tuple(done),
    )


def _speed(parts: Sequence[Part]) -> Speed:
    return Speed(
        pairs_per_second=median(part.per_second for part in parts),
        processor_ms_a_pair=1e3 * median(part.processor_seconds / part.timed_pairs for part in parts),
        memory_mb=max(part.memory_mb for part in parts),
    )


def give_back() -> None:
    """Memory that nobody uses goes back to the system, so that what a part needs is growth."""
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc alone has it
        trim(0)
