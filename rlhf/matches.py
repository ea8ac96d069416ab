"""Two policies on the same prompts, by one judge: wins, ties and losses. Pure: points in, counts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Generator

from rlhf.intervals import bootstrap_mean, win_rate
from store.intervals import Interval
from store.records import Judge

Field = Literal["all", "helpfulness", "safety"]

TIE = 1e-4
"""Scores this close are equal: the same text in another batch differs in its last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The candidate against one opponent, by one judge, on one track's prompts or on all; ties count half.

    `points` are the games, prompt by prompt in the evaluation's order: 1 was won, 0 lost, a half is a tie.
    `win_rate` has Wilson's interval, which ties make too wide; `resampled` is the same rate with the interval
    of resampled prompts.
    """

    opponent: str
    judge: Judge
    field: Field
    wins: int
    ties: int
    losses: int
    win_rate: Interval
    resampled: Interval
    points: tuple[float, ...]


def fields(is_safety: Sequence[bool]) -> dict[Field, list[int]]:
    """The rows of all prompts and of each track that has any."""
    rows: dict[Field, list[int]] = {
        "all": list(range(len(is_safety))),
        "helpfulness": [row for row, safety in enumerate(is_safety) if not safety],
        "safety": [row for row, safety in enumerate(is_safety) if safety],
    }
    return {field: chosen for field, chosen in rows.items() if chosen}


def points(gain: float) -> float:
    """What a gain in score is worth: 1 for a win, a half for a tie, 0 for a loss."""
    return 0.5 if abs(gain) <= TIE else float(gain > 0)


def play(
    opponent: str, judge: Judge, games: Sequence[float], on: Mapping[Field, Sequence[int]]
) -> list[Match]:
    """A match on each field; `games` are the candidate's points, one a prompt."""
    return [_match(opponent, judge, field, [games[row] for row in rows]) for field, rows in on.items()]


def _match(opponent: str, judge: Judge, field: Field, games: Sequence[float]) -> Match:
    wins, losses = games.count(1), games.count(0)
    ties = len(games) - wins - losses
    return Match(
        opponent=opponent,
        judge=judge,
        field=field,
        wins=wins,
        ties=ties,
        losses=losses,
        win_rate=win_rate(wins, ties, losses),
        resampled=bootstrap_mean(torch.tensor(games), Generator().manual_seed(0)),
        points=tuple(games),
    )
