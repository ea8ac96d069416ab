"""The table that `hone bench policies` prints: a row a method, over all seeds and each seed alone.

Knows evaluations; neither homes nor how a policy came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rlhf.bench.policies_runs import Outcome
from rlhf.evaluate import EvaluationResult
from rlhf.intervals import win_rate
from rlhf.matches import Judge, Match
from store.bench.machine import Machine
from store.errors import HoneError
from store.intervals import Interval

WANTED: Final = 0.75
"""The win rate that rejection sampling and then PPO should reach,"""
NATS: Final = 6.0
"""within so many nats of the first policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a policy did against the first one on held-out prompts; rates and the oracle's mean score in
    themselves, `kl` in nats an answer, `length` in tokens. The interval is over the prompts of all seeds."""

    win_rate: Interval
    kl: float
    unsafe: float
    false_refusals: float
    reward_model_win_rate: float
    oracle_score: float
    length: float

    def words(self) -> str:
        """In a line."""
        return (
            f"oracle {self.win_rate.value:.3f} ({self.win_rate.low:.3f} to {self.win_rate.high:.3f}), "
            f"KL {self.kl:.2f} nats, unsafe {self.unsafe:.1%}, false refusals {self.false_refusals:.1%}, "
            f"reward models {self.reward_model_win_rate:.3f}, {self.length:.1f} tokens an answer"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One policy of one seed: where on a method's way it was, or without words the one that it ended in."""

    part: str
    seed: int
    where: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A method: the mean over seeds, and each seed's. `tokens` were sampled while it learned, of which the
    budget's share is `budget`; `a_prompt` answers are sampled for each that it gives."""

    part: str
    figures: Figures
    by_seed: tuple[Figures, ...]
    tokens: float
    budget: float
    a_prompt: int
    seconds: float

    def lines(self) -> list[str]:
        """In words, the mean first."""
        sampled = f"{self.tokens:,.0f} tokens sampled, {self.budget:.0%} of the budget"
        if not self.tokens:
            sampled = f"{self.a_prompt} answers sampled for each" if self.a_prompt > 1 else "samples none"
        return [
            f"{self.part} ({sampled}; {self.seconds:.0f} s a seed): {self.figures.words()}",
            *(f"  seed {seed}: {one.words()}" for seed, one in enumerate(self.by_seed)),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesBench:
    """The whole table; `figure` is the file with the frontier."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    labels: int
    held_out: int
    at: tuple[Row, ...]
    dots: tuple[Dot, ...]
    figure: str
    world_seconds: float
    seconds: float
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        wanted = f"rs+ppo at least {WANTED} by the oracle at most {NATS:g} nats away"
        return [
            f"{self.labels} simulated labels a seed; against the first policy on {self.held_out} held-out "
            "prompts, ties half",
            *(line for row in self.at for line in row.lines()),
            f"{'came out' if self.met else 'DID NOT COME OUT'}: {wanted}",
            f"The frontier: {self.figure}",
            f"{self.seconds:.0f} s, of them {self.world_seconds:.0f} s a seed for labels and reward models",
        ]


def rows(seeds: Sequence[Sequence[Outcome]]) -> tuple[Row, ...]:
    """A row a part, of the same parts of every seed."""
    budgets = [max((one.tokens for one in seed if one.part == "rs+ppo"), default=0) for seed in seeds]
    return tuple(_row(column, budgets) for column in zip(*seeds, strict=True))


def dots(seeds: Sequence[Sequence[Outcome]]) -> tuple[Dot, ...]:
    """Every policy that was measured."""
    return tuple(
        Dot(part=one.part, seed=seed, where=point.where, figures=pooled([point.result]))
        for seed, outcomes in enumerate(seeds)
        for one in outcomes
        for point in one.points
    )


def pooled(results: Sequence[EvaluationResult]) -> Figures:
    """Games of all seeds together; everything else is the mean over seeds."""
    gold = [_match(result, "gold") for result in results]
    proxy = [_match(result, "reward models") for result in results]
    portraits = [result.portraits[0] for result in results]
    oracle = [portrait.gold for portrait in portraits if portrait.gold]
    return Figures(
        win_rate=win_rate(
            sum(one.wins for one in gold), sum(one.ties for one in gold), sum(one.losses for one in gold)
        ),
        kl=fmean(result.kl.value for result in results),
        unsafe=_mean(one.unsafe_rate for one in oracle),
        false_refusals=_mean(one.false_refusal_rate for one in oracle),
        reward_model_win_rate=fmean(one.win_rate.value for one in proxy),
        oracle_score=fmean(one.score.value for one in oracle),
        length=fmean(portrait.length for portrait in portraits),
    )


def reached(found: Sequence[Row]) -> bool:
    """Whether rejection sampling and then PPO came as far as was wanted; false where it was left out."""
    return any(
        row.part == "rs+ppo" and row.figures.win_rate.value >= WANTED and row.figures.kl <= NATS
        for row in found
    )


def _row(column: Sequence[Outcome], budgets: Sequence[int]) -> Row:
    """The same part of every seed."""
    ends, tokens = [one.points[-1].result for one in column], fmean(one.tokens for one in column)
    return Row(
        part=column[0].part,
        figures=pooled(ends),
        by_seed=tuple(pooled([end]) for end in ends),
        tokens=tokens,
        budget=tokens / (fmean(budgets) or 1),
        a_prompt=column[0].a_prompt,
        seconds=fmean(one.seconds for one in column),
    )


def _match(result: EvaluationResult, judge: Judge) -> Match:
    found = result.match("first", judge)
    if found is None:
        raise HoneError(f"Expected the {judge} to judge, but the preset has no such judge.")
    return found


def _mean(rates: Iterable[Interval | None]) -> float:
    """Of those that are known; 0 where no prompt was of the kind."""
    return fmean([rate.value for rate in rates if rate] or [0.0])
