"""What an experiment found: each variant round by round, and at the last round whether it beats the control.

Knows outcomes; neither homes nor how anything is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

import torch
from torch import Generator, Tensor

from rlhf.experiments.design import Design
from rlhf.experiments.outcomes import Outcome
from rlhf.experiments.resampling import Draws, crossing, draw, means, ratio
from rlhf.experiments.two_ways import interval
from rlhf.intervals import FEWEST
from store.intervals import Interval

TIMES: Final = 2000
"""How often seeds and prompts are drawn again."""

Word = Literal["better", "worse", "not told apart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A variant after a round, round 0 being the first policy: the win rate against that by the gold judge,
    over all seeds; all else is the mean over seeds, None where nobody could say. KL in nats an answer."""

    variant: str
    round: int
    labels: float
    win_rate: Interval
    kl: float | None
    unsafe_rate: float | None
    false_refusal_rate: float | None
    reward_accuracy: float | None
    reward_model_win_rate: float | None
    by_seed: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A variant's win rate less the control's after the last round, on the same prompts of the same seeds, of
    which so many prompts `differ`; of one seed alone it tells of no other."""

    variant: str
    against: str
    round: int
    seeds: int
    win_rate: Interval
    differ: int

    @property
    def word(self) -> Word:
        """What the interval says; too few prompts that differ say nothing."""
        if self.differ < FEWEST or self.win_rate.low <= 0 <= self.win_rate.high:
            return "not told apart"
        return "better" if self.win_rate.low > 0 else "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many labels a variant needs for the win rate that is asked about, and for each that the control
    needs; infinite where the rounds do not get there."""

    variant: str
    labels: float
    ratio: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All of it; `needs` is empty where no win rate is asked about."""

    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """The games [S, P] of each variant after each round, and how often seeds and prompts are drawn again."""

    games: Mapping[str, tuple[Tensor, ...]]
    draws: Draws


Outcomes = Mapping[str, Sequence[Sequence[Outcome]]]
"""By variant, then seed, then round."""


def findings(design: Design, found: Outcomes) -> Findings:
    """What the outcomes show; the same outcomes show the same."""
    played = _played(design, found)
    return Findings(
        rows=tuple(
            _row(variant, number, [seed[number] for seed in found[variant]], played)
            for variant in found
            for number in range(design.rounds + 1)
        ),
        differences=tuple(
            _difference(variant, design, played) for variant in found if variant != design.control
        ),
        needs=tuple(_needs(design, found, played)),
    )


def _played(design: Design, found: Outcomes) -> _Played:
    """All variants' games with a column a prompt, the same in every tensor."""
    names = sorted(
        {prompt for seeds in found.values() for seed in seeds for one in seed for prompt in one.games}
    )
    games = {
        variant: tuple(
            torch.tensor(
                [[seed[number].games.get(name, math.nan) for name in names] for seed in seeds],
                dtype=torch.double,
            )
            for number in range(design.rounds + 1)
        )
        for variant, seeds in found.items()
    }
    draws = draw(len(design.seeds), len(names), TIMES, Generator().manual_seed(0))
    return _Played(games=games, draws=draws)


def _row(variant: str, number: int, seeds: Sequence[Outcome], played: _Played) -> Row:
    games, figures = played.games[variant][number], [seed.figures for seed in seeds]
    return Row(
        variant=variant,
        round=number,
        labels=fmean(one.labels for one in figures),
        win_rate=interval(games, 0.0),
        kl=_mean(one.kl for one in figures),
        unsafe_rate=_mean(one.unsafe_rate for one in figures),
        false_refusal_rate=_mean(one.false_refusal_rate for one in figures),
        reward_accuracy=_mean(one.reward_accuracy for one in figures),
        reward_model_win_rate=_mean(one.reward_model_win_rate for one in figures),
        by_seed=tuple(games.nanmean(dim=1).tolist()),
    )


def _difference(variant: str, design: Design, played: _Played) -> Difference:
    gaps = played.games[variant][-1] - played.games[design.control][-1]
    return Difference(
        variant=variant,
        against=design.control,
        round=design.rounds,
        seeds=len(design.seeds),
        win_rate=interval(gaps, -1.0),
        differ=int((gaps.nan_to_num() != 0).any(dim=0).sum()),  # seeds do not cancel each other
    )


def _needs(design: Design, found: Outcomes, played: _Played) -> Iterable[Need]:
    if design.reach is None:
        return
    of_control = _needed(design.control, design.reach, found, played)
    for variant in found:
        own = _needed(variant, design.reach, found, played)
        yield Need(variant=variant, labels=own[0].item(), ratio=ratio(own, of_control))


def _needed(variant: str, wanted: float, found: Outcomes, played: _Played) -> Tensor:
    """Labels needed [1 + B]: as measured, then of each draw."""
    every = zip(*found[variant], strict=True)
    labels = torch.tensor([fmean(one.figures.labels for one in seeds) for seeds in every], dtype=torch.double)
    rates = torch.stack(
        [
            torch.cat([games.nanmean().reshape(1), means(games, played.draws)])
            for games in played.games[variant]
        ]
    )
    return crossing(labels, rates, wanted)


def _mean(values: Iterable[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
