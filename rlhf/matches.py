"""Two policies on the same prompts, by one judge: wins, ties and losses. Pure: scores in, counts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rlhf.intervals import win_rate
from store.intervals import Interval

Judge = Literal["reward models", "gold"]
Field = Literal["all", "helpfulness", "safety"]

TIE = 1e-4
"""Scores this close are equal: the same text in another batch differs in its last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The candidate against one opponent, by one judge, on one track's prompts or on all; ties count half."""

    opponent: str
    judge: Judge
    field: Field
    wins: int
    ties: int
    losses: int
    win_rate: Interval


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
    opponent: str, judge: Judge, gains: Sequence[float], on: Mapping[Field, Sequence[int]]
) -> list[Match]:
    """A match on each field; `gains` are the candidate's score less the opponent's, one a prompt."""
    found = []
    for field, rows in on.items():
        wins = sum(gains[row] > TIE for row in rows)
        losses = sum(gains[row] < -TIE for row in rows)
        ties = len(rows) - wins - losses
        found.append(
            Match(
                opponent=opponent,
                judge=judge,
                field=field,
                wins=wins,
                ties=ties,
                losses=losses,
                win_rate=win_rate(wins, ties, losses),
            )
        )
    return found
