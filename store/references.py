"""Whether what arrives fits what is there: the tables have no foreign keys, so the door looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from duckdb import DuckDBPyConnection

from store import batches, comparisons, evaluations, labels, prompts, responses, reward_models, reward_results
from store.errors import BundleError
from store.records import (
    Annotator,
    Batch,
    Comparison,
    Evaluation,
    Fact,
    Game,
    Kind,
    Label,
    LabelScore,
    Prompt,
    Response,
    RewardEvaluation,
    RewardModel,
    Round,
    Selection,
)

MOST_RESPONSES: Final = 100
"""Of one comparison; their places are kept in a byte."""


def check_references(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """Raises BundleError when a fact refers to what nobody has published or does not fit that."""
    if any(isinstance(fact, Annotator) and fact.kind is Kind.PERSON for fact in facts):
        raise BundleError("A bundle cannot add people; let an administrator add them.")
    _check_rounds(db, [fact for fact in facts if isinstance(fact, Round)])
    _check_measured(db, facts)
    _check_games(db, facts)
    asked = [fact for fact in facts if isinstance(fact, Comparison)]
    answered = _answered(db, facts, asked)
    known_prompts = {fact.prompt_id for fact in facts if isinstance(fact, Prompt)}
    known_batches = {fact.batch_id for fact in facts if isinstance(fact, Batch)}
    judged = {fact.comparison_id for fact in facts if isinstance(fact, Label | Selection)}
    wanted_prompts = {*answered.values(), *(one.prompt_id for one in asked)} - known_prompts
    wanted_batches = {one.batch_id for one in asked} - known_batches
    wanted_comparisons = judged - {one.comparison_id for one in asked}
    _none("prompt", prompts.unknown(db, sorted(wanted_prompts)))
    _none("batch", sorted(wanted_batches - {batch.batch_id for batch in batches.every(db)}))
    _none("comparison", comparisons.unknown(db, sorted(wanted_comparisons)))
    for one in asked:
        _check_responses(one, answered)


def _check_rounds(db: DuckDBPyConnection, arriving: Sequence[Round]) -> None:
    """A round that is there may come again, of the same policy: one that was stopped publishes anew."""
    there = {one.round: one for one in evaluations.rounds(db)} if arriving else {}
    for one in arriving:
        known = there.get(one.round, one)
        if (known.policy_id, known.method, known.promoted) != (one.policy_id, one.method, one.promoted):
            raise BundleError(
                f"Round {one.round} is there already, of another policy, {known.policy_id}; "
                "publish this one as a further round."
            )


def _check_measured(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """What is measured of reward models is of models and labels that are there, and can be read."""
    evaluations_of = [fact for fact in facts if isinstance(fact, RewardEvaluation)]
    scores = [fact for fact in facts if isinstance(fact, LabelScore)]
    models = {one.reward_model_id for one in evaluations_of} | {one.reward_model_id for one in scores}
    if not models:
        return
    arriving = {fact.reward_model_id for fact in facts if isinstance(fact, RewardModel)}
    known = arriving | {model.reward_model_id for model in reward_models.every(db)}
    _none("reward model", sorted(models - known))
    said = {fact.label_id for fact in facts if isinstance(fact, Label)}
    _none("label", labels.unknown(db, sorted({score.label_id for score in scores} - said)))
    for one in evaluations_of:
        try:
            reward_results.from_text(one.results)
        except ValueError as error:
            raise BundleError(
                f"Expected the results of reward model {one.reward_model_id} as hone measures them; they "
                "cannot be read. Publish those that this version of hone writes."
            ) from error


def _check_games(db: DuckDBPyConnection, facts: Sequence[Fact]) -> None:
    """Games are of evaluations and prompts that are there."""
    games = [fact for fact in facts if isinstance(fact, Game)]
    played = {fact.evaluation_id for fact in facts if isinstance(fact, Evaluation)}
    asked = {fact.prompt_id for fact in facts if isinstance(fact, Prompt)}
    _none("evaluation", evaluations.unknown(db, sorted({game.evaluation_id for game in games} - played)))
    _none("prompt", prompts.unknown(db, sorted({game.prompt_id for game in games} - asked)))


def _answered(
    db: DuckDBPyConnection, facts: Sequence[Fact], asked: Sequence[Comparison]
) -> Mapping[str, str]:
    """The prompt of each response that arrives or is asked about; what is there already stays as it is."""
    arriving = {fact.response_id: fact.prompt_id for fact in facts if isinstance(fact, Response)}
    wanted = {response_id for one in asked for response_id in one.response_ids}
    return {**arriving, **responses.prompts_of(db, sorted(wanted | set(arriving)))}


def _check_responses(asked: Comparison, answered: Mapping[str, str]) -> None:
    ids = asked.response_ids
    _none("response", [response_id for response_id in ids if response_id not in answered])
    if len(set(ids)) != len(ids) or len(ids) > MOST_RESPONSES:
        raise BundleError(
            f"Expected comparison {asked.comparison_id} to have up to {MOST_RESPONSES} different responses; "
            f"got {len(ids)}, {len(set(ids))} of them different."
        )
    if any(answered[response_id] != asked.prompt_id for response_id in ids):
        raise BundleError(
            f"Expected responses of comparison {asked.comparison_id} to answer its prompt; one does not."
        )


def _none(noun: str, missing: list[str]) -> None:
    if missing:
        raise BundleError(
            f"The bundle refers to {noun} {missing[0]}, which is neither in it nor in the store; "
            "publish that first or with it."
        )
