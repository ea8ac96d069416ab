"""The table that `hone bench policies` prints: a row a method, over all seeds and each seed alone.

Win rates have intervals over held-out prompts, which seeds share in part; how much seeds differ, their own
rows say. Knows evaluations; neither homes nor how a policy came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rlhf.bench.policies_points import Point
from rlhf.bench.policies_runs import Outcome
from rlhf.bench.policies_words import columns, verdicts, with_interval
from rlhf.bench.prompt_shares import share, tally
from rlhf.evaluate import EvaluationResult
from rlhf.matches import Match
from store.bench.machine import Machine
from store.intervals import Interval
from store.records import Judge

WANTED: Final = 0.75
"""The win rate that rejection sampling and then PPO should reach,"""
NATS: Final = 6.0
"""within so many nats of the first policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a policy did against the first one on held-out prompts; rates and the oracle's mean score in
    themselves, `kl` in nats an answer, `length` in tokens. The interval is over prompts: games of
    several seeds on the same prompt count as one prompt's."""

    win_rate: Interval
    kl: float
    unsafe: float
    false_refusals: float
    reward_model_win_rate: float
    oracle_score: float
    length: float

    def cells(self) -> tuple[str, ...]:
        """Under `TITLES`, between the method and what it sampled."""
        return (
            with_interval(self.win_rate),
            f"{self.kl:.2f}",
            f"{self.unsafe:.1%}",
            f"{self.false_refusals:.1%}",
            f"{self.reward_model_win_rate:.3f}",
            f"{self.length:.1f}",
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
    """A method: the mean over seeds, and each seed's. `tokens` were sampled while it learned, the share
    `budget` of its budget, where it keeps to one; `a_prompt` answers are sampled for each that it gives."""

    part: str
    figures: Figures
    by_seed: tuple[Figures, ...]
    tokens: float
    budget: float | None
    a_prompt: int
    seconds: float

    def cells(self) -> tuple[str, ...]:
        """Under `TITLES`."""
        return (NAMES[self.part], *self.figures.cells(), self._sampled(), f"{self.seconds:.0f}")

    def seeds(self) -> list[tuple[str, ...]]:
        """Each seed's under the same titles."""
        return [(f"  seed {seed}", *one.cells(), "", "") for seed, one in enumerate(self.by_seed)]

    def _sampled(self) -> str:
        if self.a_prompt > 1:
            return f"none, but {self.a_prompt} for an answer"
        if not self.tokens:
            return "none"
        share = "" if self.budget is None else f" ({self.budget:.0%} of the budget)"
        return f"{self.tokens:,.0f}{share}"


TITLES: Final = (
    "method",
    "oracle win rate",
    "KL, nats",
    "unsafe",
    "false refusals",
    "reward models",
    "tokens an answer",
    "tokens sampled to learn",
    "seconds a seed",
)
NAMES: Final = {
    "cooled": "first, cooled",
    "best-of": "best-of",
    "rs+ppo": "rs+ppo",
    "rs": "rs",
    "ppo": "ppo",
    "dpo": "dpo",
    "rloo": "rloo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesBench:
    """The whole table; `figure` is the file with the frontier, `cooled` the temperature of the first policy
    where it is cooled."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    labels: int
    held_out: int
    temperature: float
    cooled: float
    at: tuple[Row, ...]
    dots: tuple[Dot, ...]
    figure: str
    world_seconds: float
    seconds: float
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        seeds = len(self.at[0].by_seed)
        both = [row.figures for row in self.at if row.part == "rs+ppo"]
        came = [f"; {one.win_rate.value:.3f} at {one.kl:.2f}" for one in both]
        wanted = f"rs+ppo at least {WANTED} by the oracle at most {NATS:g} nats away{''.join(came)}"
        return [
            f"{self.labels} simulated labels a seed, {seeds} seeds; against the first policy on "
            f"{self.held_out} held-out prompts a seed, ties half; 95 % intervals over prompts, not seeds",
            f"All answer at temperature {self.temperature:g}, the first policy cooled at {self.cooled:g}",
            *columns([TITLES, *(row.cells() for row in self.at)]),
            "Each seed alone:",
            *columns([line for row in self.at for line in [(*row.cells()[:1], *[""] * 8), *row.seeds()]]),
            *verdicts([(wanted, self.met)]),
            f"The frontier: {self.figure}",
            f"{self.seconds:.0f} s, of them {self.world_seconds:.0f} s a seed for labels and reward models",
        ]


def rows(seeds: Sequence[Sequence[Outcome]]) -> tuple[Row, ...]:
    """A row a part, of the same parts of every seed."""
    return tuple(_row(column) for column in zip(*seeds, strict=True))


def dots(seeds: Sequence[Sequence[Outcome]]) -> tuple[Dot, ...]:
    """Every policy that was measured."""
    return tuple(
        Dot(part=one.part, seed=seed, where=point.where, figures=pooled([point]))
        for seed, outcomes in enumerate(seeds)
        for one in outcomes
        for point in one.points
    )


def pooled(points: Sequence[Point]) -> Figures:
    """Games of all seeds together; everything else is the mean over seeds."""
    results = [point.result for point in points]
    proxy = [_by_reward_models(result) for result in results]
    portraits = [result.portraits[0] for result in results]
    oracle = [portrait.gold for portrait in portraits if portrait.gold]
    return Figures(
        win_rate=share(tally(point.games.items()) for point in points).interval,
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


def _row(column: Sequence[Outcome]) -> Row:
    """The same part of every seed."""
    ends, tokens = [one.points[-1] for one in column], fmean(one.tokens for one in column)
    budgets = [one.budget for one in column if one.budget]
    return Row(
        part=column[0].part,
        figures=pooled(ends),
        by_seed=tuple(pooled([end]) for end in ends),
        tokens=tokens,
        budget=tokens / fmean(budgets) if budgets else None,
        a_prompt=column[0].a_prompt,
        seconds=fmean(one.seconds for one in column),
    )


def _by_reward_models(result: EvaluationResult) -> Match:
    found = result.match("first", Judge.REWARD_MODELS)
    assert found is not None  # noqa: S101  # they judge every evaluation
    return found


def _mean(rates: Iterable[Interval | None]) -> float:
    """Of those that are known; 0 where no prompt was of the kind."""
    return fmean([rate.value for rate in rates if rate] or [0.0])
