"""What a round gives back to the store, as one bundle: its models, its measurements and the next comparisons.

Knows the rows of the store, not how any of them was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from rlhf.ask import Asked, batch_of
from rlhf.evaluate import EvaluationResult
from rlhf.judge import RewardJudge
from rlhf.matches import Match
from rlhf.prompts import TrainPrompt
from rlhf.reward_models.cross_fitting import Gap
from store.door import Door
from store.exchange.publishing import deliver
from store.identity import identity
from store.records import (
    Evaluation,
    Fact,
    Game,
    LabelScore,
    Policy,
    Response,
    RewardEvaluation,
    RewardModel,
    Round,
    Score,
)

PORTION: Final = 20_000
"""Scores of labels in one bundle, which is one transaction: people's labels wait for it."""


NOTHING: Final = Asked(responses=(), comparisons=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """A round's rows for the store; `blind` asks people to judge the evaluation, `samples` are of it."""

    round: Round
    policy: Policy
    reward_models: tuple[RewardModel, ...]
    reward_evaluations: tuple[RewardEvaluation, ...]
    evaluations: tuple[Evaluation, ...]
    asked: Asked
    scores: tuple[Score, ...]
    label_scores: tuple[LabelScore, ...]
    games: tuple[Game, ...] = ()
    blind: Asked = NOTHING
    samples: Asked = NOTHING


def _each_once(*asked: Asked) -> list[Response]:
    """An answer that people are asked about may be one that is kept to be read."""
    return list({one.response_id: one for each in asked for one in each.responses}.values())


def publish(door: Door, harvest: Harvest, made_at: datetime) -> None:
    """Gives the bundle to the store, every row dated `made_at`: published again, it is the same bundle.

    Scores of labels follow in bundles of their own, for there are as many as there are pairs.
    """
    tables: Mapping[str, Sequence[Fact]] = {
        "policies": [harvest.policy],
        "reward_models": harvest.reward_models,
        "reward_evaluations": harvest.reward_evaluations,
        "evaluations": harvest.evaluations,
        "games": harvest.games,
        "rounds": [harvest.round],
        "batches": [batch_of(harvest.round.round)],
        "responses": _each_once(harvest.asked, harvest.blind, harvest.samples),
        "comparisons": [*harvest.asked.comparisons, *harvest.blind.comparisons],
        "selections": harvest.asked.selections,
        "scores": harvest.scores,
    }
    name = f"round-{harvest.round.round:03d}-{harvest.policy.policy_id}"
    dated = {table: [_dated(fact, made_at) for fact in facts] for table, facts in tables.items()}
    deliver(door, name, dated)
    for first in range(0, len(harvest.label_scores), PORTION):
        deliver(door, name, {"label_scores": harvest.label_scores[first : first + PORTION]})


def _dated(fact: Fact, made_at: datetime) -> Fact:
    return fact if isinstance(fact, Score | LabelScore | Game) else replace(fact, made_at=made_at)


def label_scores(reward_model_id: str, gaps: Iterable[Gap]) -> tuple[LabelScore, ...]:
    """What a reward model says of every label, as rows."""
    return tuple(
        LabelScore(
            label_id=gap.label_id,
            reward_model_id=reward_model_id,
            chosen_id=gap.chosen_id,
            rejected_id=gap.rejected_id,
            gap=gap.gap,
        )
        for gap in gaps
    )


def evaluations(
    result: EvaluationResult, number: int, policy_id: str, opponents: Mapping[str, str]
) -> tuple[Evaluation, ...]:
    """The matches on all prompts as rows; `opponents` gives each opponent's policy id by name."""
    return tuple(
        Evaluation(
            evaluation_id=_evaluation_id(number, policy_id, match),
            round=number,
            policy_id=policy_id,
            opponent_id=opponents[match.opponent],
            judge=match.judge,
            wins=match.wins,
            ties=match.ties,
            losses=match.losses,
            win_rate=match.win_rate.value,
            win_rate_low=match.win_rate.low,
            win_rate_high=match.win_rate.high,
        )
        for match in result.matches
        if match.field == "all"
    )


def games(result: EvaluationResult, number: int, policy_id: str) -> tuple[Game, ...]:
    """Every prompt of those matches, as rows of the same evaluations."""
    return tuple(
        Game(
            evaluation_id=_evaluation_id(number, policy_id, match),
            prompt_id=prompt_id,
            points=points,
        )
        for match in result.matches
        if match.field == "all"
        for prompt_id, points in zip(result.prompt_ids, match.points, strict=True)
    )


def _evaluation_id(number: int, policy_id: str, match: Match) -> str:
    return identity("evaluation", number, policy_id, match.opponent, match.judge.value)


def scores(
    asked: Asked, prompts: Sequence[TrainPrompt], judge: RewardJudge, models: Sequence[RewardModel]
) -> tuple[Score, ...]:
    """Both reward models' raw scores of every response that will be shown; `models` in the judge's order."""
    by_id = {prompt.prompt_id: prompt for prompt in prompts}
    given = judge.scores(
        [by_id[response.prompt_id] for response in asked.responses],
        [response.text for response in asked.responses],
    )
    columns = zip(models, (given.helpfulness.tolist(), given.safety.tolist()), strict=True)
    return tuple(
        Score(response_id=response.response_id, reward_model_id=model.reward_model_id, score=value)
        for model, column in columns
        for response, value in zip(asked.responses, column, strict=True)
    )
