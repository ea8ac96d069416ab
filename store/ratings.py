"""How strong policies are, from all their games together (Bradley and Terry, 1952).

P(i beats j) = σ(θ_i - θ_j), a tie half a win each; θ maximises Σ points · ln P. Intervals come from resampled
prompts, for games on one prompt are alike. Pure: games in, ratings out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from store.errors import HoneError
from store.intervals import Interval
from store.reliability.votes import Floats, Integers

RESAMPLED: Final = 1000
"""How often prompts are drawn anew for an interval."""
RIDGE: Final = 1e-6
"""Of θ², so that a policy that never lost has a rating at all; else it moves none by a thousandth."""
STEPS: Final = 100
CLOSE: Final = 1e-9
ELO: Final = 400 / math.log(10)
"""Points of Elo's scale a unit of θ: 400 points are ten to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """One game: of `one` against `other` on a prompt; `points` of one, from 0 (lost) to 1 (won)."""

    one: str
    other: str
    prompt_id: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """A policy's θ, 0 for the anchor, with its 95 % interval, and how many games it played.

    Where `is_bounded` is false nothing ties it to the anchor from above or below: it only won or only lost
    against those who are, and the figure says no more than that.
    """

    policy_id: str
    strength: Interval
    games: int
    is_bounded: bool

    @property
    def elo(self) -> Interval:
        """On Elo's scale, where the anchor has 1000."""
        value, low, high = (
            1000 + ELO * theta for theta in (self.strength.value, self.strength.low, self.strength.high)
        )
        return Interval(value=value, low=low, high=high)


def rate(games: Sequence[Played], anchor: str, seed: int = 0) -> list[Rating]:
    """Everybody who is tied to the anchor by games, the strongest first; the anchor is 0 and has no interval.

    Raises HoneError where the anchor played no game.
    """
    names = _reached(games, anchor)
    if len(names) < 2:
        raise HoneError(f"Expected games of {anchor}, to which ratings are tied; there is none.")
    number = {name: place for place, name in enumerate(names)}
    between = [game for game in games if game.one in number]
    table = _table(between, number)
    chance = np.random.default_rng(seed)
    prompts = table.shape[0]
    weights = chance.multinomial(prompts, np.full(prompts, 1 / prompts), size=RESAMPLED).astype(float)
    weights = np.concatenate([np.ones((1, prompts)), weights])
    won = (weights @ table.reshape(prompts, -1)).reshape(-1, *table.shape[1:])
    strengths = fit(won)
    strengths -= strengths[:, [number[anchor]]]
    low, high = np.percentile(strengths[1:], [2.5, 97.5], axis=0)
    bounded = _bounded(won[0] > 0, number[anchor])
    found = [
        Rating(
            policy_id=name,
            strength=Interval(value=float(strengths[0, at]), low=float(low[at]), high=float(high[at])),
            games=sum(name in (game.one, game.other) for game in between),
            is_bounded=bool(bounded[at]),
        )
        for name, at in number.items()
    ]
    return sorted(found, key=lambda rating: -rating.strength.value)


def fit(won: Floats) -> Floats:
    """θ [B, N], each summing to 0, of the points that i took from j, [B, N, N], by Newton's method."""
    games = won + won.transpose(0, 2, 1)
    size = won.shape[1]
    theta = np.zeros(won.shape[:2])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(theta[:, None, :] - theta[:, :, None]))
        slope = (won - games * chance).sum(axis=2) - RIDGE * theta
        spread = games * chance * (1 - chance)
        curve = (spread.sum(axis=2) + RIDGE)[:, :, None] * np.eye(size) - spread
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        theta = theta + np.clip(step, -1, 1)
        if np.abs(step).max() < CLOSE:
            break
    centred: Floats = theta - theta.mean(axis=1, keepdims=True)
    return centred


def _reached(games: Sequence[Played], anchor: str) -> list[str]:
    """The anchor and all whom a chain of games ties to it, by name."""
    reached, size = {anchor}, 0
    while len(reached) > size:
        size = len(reached)
        for game in games:
            if game.one in reached or game.other in reached:
                reached |= {game.one, game.other}
    return sorted(reached)


def _table(games: Sequence[Played], number: dict[str, int]) -> Floats:
    """Points that i took from j on each prompt, [P, N, N]."""
    prompts = {name: place for place, name in enumerate(sorted({game.prompt_id for game in games}))}
    table = np.zeros((len(prompts), len(number), len(number)))
    for game in games:
        at, one, other = prompts[game.prompt_id], number[game.one], number[game.other]
        table[at, one, other] += game.points
        table[at, other, one] += 1 - game.points
    return table


def _bounded(took: Integers, anchor: int) -> Integers:
    """Who both took points from the anchor and gave it some, if only by way of others [N]."""
    reach = took | np.eye(len(took), dtype=bool)
    for _ in range(len(took).bit_length()):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    both: Integers = reach[:, anchor] & reach[anchor]
    return both
