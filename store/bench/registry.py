"""The benchmarks by name, what each is told and what each gives back. Imports none before it runs.

Those of models are named here alone: the store knows nothing of what they measure.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from store.bench.machine import Machine

Show = Callable[[str, float, str], None]
"""Told of a stage, the part of it that is done (0 to 1) and a few words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a benchmark is told: its sizes (empty: its own), how long each load lasts, and whom it tells.

    Only the app's reads `think`, the seconds that a person thinks on average, and `soak`, the minutes for
    which its largest load goes on. Only those of reward models read `data`, published preferences as
    `format:path` (without any: the pocket world's), `text`, files that a model reads beside them at first,
    `pretrain`, the minutes for which it reads, and `keep`, the folder that keeps it and gives it again; there
    those of policies, of persistence and of over-optimisation keep what they made, and go on. Only these and
    those of accuracy and quality read `seeds`, how many worlds they make, and `parts` (empty: all of them).
    """

    sizes: tuple[int, ...] = ()
    seconds: float = 5.0
    think: float = 5.0
    soak: float = 0.0
    data: tuple[str, ...] = ()
    text: tuple[Path, ...] = ()
    pretrain: float = 3.0
    keep: Path | None = None
    seeds: int = 3
    parts: tuple[str, ...] = ()
    show: Show = lambda _stage, _fraction, _message: None


class Result(Protocol):
    """What every benchmark says: `ratio` is how many times better than `peer` it is in `unit`."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def bench(self) -> str:
        """The benchmark's name."""
        ...

    @property
    def ratio(self) -> float:
        """Above 1: better than the peer, in the largest size."""
        ...

    @property
    def peer(self) -> str:
        """What it was measured against, in words."""
        ...

    @property
    def unit(self) -> str:
        """What the ratio is of."""
        ...

    @property
    def machine(self) -> Machine:
        """Where and in what noise it was measured."""
        ...

    def lines(self) -> list[str]:
        """The figures in words, a line each."""
        ...


@dataclass(frozen=True, slots=True)
class Bench:
    """A benchmark: its name, a line of what it measures, and the module whose `run` does."""

    name: str
    about: str
    module: str

    def run(self, settings: Settings) -> Result:
        """Measures; takes seconds to minutes."""
        result: Result = importlib.import_module(self.module).run(settings)
        return result


BENCHES: Final = (
    Bench("lease", "the next comparison, for 16 annotators at once", "store.bench.lease"),
    Bench("labels", "durable labels a second, from 64 annotators at once", "store.bench.labels"),
    Bench("snapshot", "freezing pairs into a Parquet file, twice", "store.bench.snapshot"),
    Bench("agreement", "what a million labels say of themselves", "store.bench.agreement"),
    Bench("import", "published pairs taken in, and the memory that it takes", "store.bench.imports"),
    Bench("app", "the app itself: from submit to the next comparison, for 100 people", "store.bench.app"),
    Bench("reward", "training a reward model, beside TRL's trainer", "rlhf.bench.reward"),
    Bench("scoring", "scoring 16 responses a prompt, beside a row at a time", "rlhf.bench.scoring"),
    Bench("rollout", "sampling 8 and 16 responses a prompt, beside generate", "rlhf.bench.rollout"),
    Bench("ppo", "whole iterations of PPO, beside TRL's RLOO without a critic", "rlhf.bench.ppo"),
    Bench("accuracy", "what labels teach, in the pocket world (half an hour)", "rlhf.bench.accuracy"),
    Bench("policies", "what each method makes of them, by the oracle (an hour)", "rlhf.bench.policies"),
    Bench("overoptimisation", "whether it is seen before it costs (an hour)", "rlhf.bench.overoptimisation"),
    Bench("quality", "who is named, and what reviewers are shown first (minutes)", "rlhf.bench.quality"),
    Bench("persistence", "keeping to instructions and to safety (half an hour)", "rlhf.bench.persistence"),
)
