"""Whether a policy wins by writing more: how its answers' lengths differ, and who wins where they hardly do.

Pure: points and lengths in tokens in, figures out. Length alone pleases reward models (Singhal et al. 2023,
arXiv 2310.03716), so a win rate among answers of like length stands beside the one of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Generator

from rlhf.intervals import bootstrap_mean, win_rate
from rlhf.matches import Match
from store.intervals import Interval
from store.records import Judge

LIKE: Final = 0.1
"""Two answers are of like length if they differ by at most this share of the longer one's tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthEffect:
    """The candidate's answers beside one opponent's, by one judge.

    `difference` is by how many tokens they are longer, with the interval of resampled prompts. `like` prompts
    have answers of like length; `win_rate` is among these, ties half. `longer_wins` is the share that the
    longer answer won, of the prompts without a tie whose answers differ in length. Both have Wilson's.
    """

    opponent: str
    judge: Judge
    difference: Interval
    like: int
    win_rate: Interval
    longer_wins: Interval


def length_effect(match: Match, ours: Sequence[int], theirs: Sequence[int]) -> LengthEffect:
    """Of one match: both sides' tokens, one for each of its points."""
    rows = list(zip(match.points, ours, theirs, strict=True))
    like = [game for game, mine, other in rows if is_like(mine, other)]
    decided = [(game == 1) == (mine > other) for game, mine, other in rows if game != 0.5 and mine != other]
    differences = torch.tensor([mine - other for _game, mine, other in rows], dtype=torch.double)
    wins, losses = like.count(1), like.count(0)
    return LengthEffect(
        opponent=match.opponent,
        judge=match.judge,
        difference=bootstrap_mean(differences, Generator().manual_seed(0)),
        like=len(like),
        win_rate=win_rate(wins, len(like) - wins - losses, losses),
        longer_wins=win_rate(sum(decided), 0, len(decided) - sum(decided)),
    )


def is_like(one: int, other: int) -> bool:
    """Whether two lengths in tokens are about equal."""
    return abs(one - other) <= LIKE * max(one, other)
