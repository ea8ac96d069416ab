"""Sampling K responses a prompt with `rollout.sample` and with transformers' own `generate`, in turn.

The same model, prompts, end token, temperature 1 and longest response; a token is one that belongs to a
response, up to its end. Whether both draw from the same distribution is tried apart, with a small vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

import torch

from rlhf.bench.chance import SameChance, same_chance
from rlhf.bench.samplers import Case, by_generate, by_hone, cases
from rlhf.bench.scoring import Lap, lap
from store.bench.collection import scratch
from store.bench.machine import Machine, before
from store.bench.registry import Settings

ROWS: Final = 128
"""Responses written side by side, by either."""
ROUNDS: Final = 5
AT_LEAST: Final = {256: 2.5, 32: 1.5}
"""Times the tokens a second of `generate`, by the tokens of a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raced:
    """One case: tokens a second of both, and the median of their ratios, by the clock and by work."""

    model: str
    parameters: int
    prompt_tokens: int
    samples: int
    response_tokens: float
    per_second: float
    peer_per_second: float
    ratio: float
    work_ratio: float

    def line(self) -> str:
        """In words."""
        return (
            f"{self.model}, prompts of {self.prompt_tokens}, K = {self.samples}, responses of "
            f"{self.response_tokens:.0f}: {self.per_second:.0f} tokens a second and "
            f"{self.peer_per_second:.0f}, {self.ratio:.2f} times by the clock, "
            f"{self.work_ratio:.2f} by processor time"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutBench:
    """`ratio` is the least by the clock over the cases with long prompts, `short_ratio` with short ones."""

    bench: str
    ratio: float
    short_ratio: float
    peer: str
    unit: str
    met: bool
    rows: int
    raced: tuple[Raced, ...]
    chance: SameChance
    threads: int
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        wanted = ", ".join(f"{times:g} at {tokens}" for tokens, times in AT_LEAST.items())
        return [
            f"{self.rows} responses side by side, {self.threads} threads; at least {wanted} prompt tokens",
            *(one.line() for one in self.raced),
            *self.chance.lines(),
        ]


def run(settings: Settings) -> RolloutBench:
    """Measures with the pocket world's policy and a random Llama; the largest size is how many rows."""
    rows = max(settings.sizes, default=ROWS)
    with scratch() as folder:
        noise = before(folder)
        asked = cases(rows)
        raced = []
        for number, case in enumerate(asked):
            settings.show("rollout", number / len(asked), case.name)
            raced.append(race(case))
        chance = same_chance()
        machine = noise.machine()
    least = {tokens: min(one.ratio for one in raced if one.prompt_tokens == tokens) for tokens in AT_LEAST}
    return RolloutBench(
        bench="rollout",
        ratio=least[256],
        short_ratio=least[32],
        peer="transformers' generate with as many return sequences",
        unit="tokens a second, prompts of 256, the least of all",
        met=chance.is_same and all(least[tokens] >= times for tokens, times in AT_LEAST.items()),
        rows=rows,
        raced=tuple(raced),
        chance=chance,
        threads=torch.get_num_threads(),
        machine=machine,
    )


def race(case: Case) -> Raced:
    """Laps of both in turn, whoever comes first changing; the tokens drawn are counted in each lap."""
    ours: list[Lap] = []
    theirs: list[Lap] = []
    by_hone(case, 0), by_generate(case, 0)
    for number in range(ROUNDS):
        sides = [(ours, by_hone), (theirs, by_generate)]
        for laps, draw in sides if number % 2 else reversed(sides):
            laps.append(lap(partial(draw, case, number)))
    rates = [(_rates(one), _rates(other)) for one, other in zip(ours, theirs, strict=True)]
    return Raced(
        model=case.name,
        parameters=sum(parameter.numel() for parameter in case.model.parameters()),
        prompt_tokens=len(case.prompts[0]),
        samples=case.samples,
        response_tokens=median(one.scores.float().mean().item() for one in ours),
        per_second=median(one[0] for one, _ in rates),
        peer_per_second=median(other[0] for _, other in rates),
        ratio=median(one[0] / other[0] for one, other in rates),
        work_ratio=median(one[1] / other[1] for one, other in rates),
    )


def _rates(lap: Lap) -> tuple[float, float]:
    """Tokens a second, by the clock and by processor time."""
    tokens = float(lap.scores.sum())
    return tokens / lap.seconds, tokens / lap.processor_seconds
