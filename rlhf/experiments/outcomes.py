"""What came of an experiment's homes, round by round: figures, and every game against the first policy.

Reads the files that rounds leave in a home; knows neither the pocket world nor what the figures show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from rlhf.evaluate import EvaluationResult
from rlhf.experiments.plan import Plan
from store import rounds
from store.errors import HoneError
from store.home import Home
from store.records import Judge
from store.rounds import RoundResult

Games = Mapping[str, float]
"""By prompt: 1 was won against the first policy, 0 lost, a half is a tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A round of one home; `games` are by the gold judge."""

    figures: RoundResult
    games: Games


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`done.json` of the stage that evaluates."""

    outputs: EvaluationResult


_DONE: Final = TypeAdapter(_Done).validate_json


def outcomes(plan: Plan) -> tuple[Outcome, ...]:
    """One a round that the plan wants, the first policy's before them as round 0, which ties with itself."""
    home = Home(plan.home)
    rows = [row for row in rounds.results(home) if row.round <= plan.rounds]
    if len(rows) <= plan.rounds:
        raise HoneError(f"Expected {plan.rounds} finished rounds in {plan.home}; run the experiment again.")
    played = [_games(home, row.round) for row in rows[1:]]
    even = dict.fromkeys((prompt for games in played for prompt in games), 0.5)
    return tuple(Outcome(figures=row, games=games) for row, games in zip(rows, [even, *played], strict=True))


def _games(home: Home, number: int) -> Games:
    result = _DONE((home.round(number) / "evaluate" / "done.json").read_bytes()).outputs
    match = result.match("first", Judge.GOLD)
    assert match is not None  # noqa: S101  # no plan is made without a gold judge
    return dict(zip(result.prompt_ids, match.points, strict=True))
