"""How good the home's models are, for those who train them: its policies, and a round's reward models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field, TypeAdapter, ValidationError

from store import annotators, evaluations, policies, promotions, reward_models, rounds
from store.database import Store
from store.errors import MissingError
from store.home import Home
from store.messages import Actor
from store.policies import TaughtPolicy
from store.promotions import Said
from store.records import RewardEvaluation, RewardModel, Role
from store.reward_results import RewardResults, from_text
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtPolicies:
    """Wants the policies, and all that was measured of the reward models of this round, or of the newest."""

    round: Annotated[int, Field(ge=0, lt=2**31)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySeen:
    """A policy, the labels that it learned from (None: nobody counted), why its round refused it where that
    stands, and what somebody decided of it last."""

    policy_id: str
    round: int
    method: str
    promoted: bool
    in_use: bool
    reasons: tuple[str, ...]
    said: Said | None
    parents: tuple[str, ...]
    labels: int | None
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What held-out pairs say of a reward model, its annotators by their names."""

    reward_model_id: str
    results: RewardResults


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardTraining:
    """A round's settings that its reward models were trained with; `lora_rank` 0 trains every parameter."""

    loss: str
    margin: str
    weighting: str
    members: int
    lora_rank: int
    epochs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoliciesSeen:
    """The policies, the newest first; every reward model, the first round first; and of those of `round`
    (None: there are none) what was measured and how they were trained, as far as this version can read it."""

    policies: tuple[PolicySeen, ...]
    reward_models: tuple[RewardModel, ...]
    round: int | None
    measured: tuple[Measured, ...]
    training: RewardTraining | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """Of a round's settings those that are shown."""

    reward: RewardTraining


SETTINGS: TypeAdapter[_Settings] = TypeAdapter(_Settings)


def look_at_policies(store: Store, actor: Actor, request: LookAtPolicies) -> PoliciesSeen:
    """Everything that is known of how good the models are; MissingError for a round without reward models.

    Names people: for those alone who may read each label with the name of its annotator anyway.
    """
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        taught = policies.taught(db)
        newest = policies.newest(db)
        said = promotions.standing(db)
        models = reward_models.every(db)
        chosen = _chosen(request.round, models)
        appraised = [] if chosen is None else reward_models.evaluations(db, chosen)
        names = _names(db) if appraised else {}
        done = {one.round: one.settings for one in evaluations.rounds(db)}
    reasons = _reasons(store.home)
    in_use = newest.policy_id if newest else None
    return PoliciesSeen(
        policies=tuple(
            _seen(one, reasons.get(one.round, ()), said.get(one.policy_id), in_use) for one in taught
        ),
        reward_models=tuple(models),
        round=chosen,
        measured=tuple(found for one in appraised if (found := _measured(one, names))),
        training=_training(done.get(chosen, "")) if chosen is not None else None,
    )


def _chosen(asked: int | None, models: list[RewardModel]) -> int | None:
    there = {model.round for model in models}
    if asked is not None and asked not in there:
        raise MissingError(f"Round {asked} has no reward models; look at the list of rounds.")
    return max(there, default=None) if asked is None else asked


def _names(db: DuckDBPyConnection) -> dict[str, str]:
    return {one.annotator_id: one.name for one in annotators.everyone(db)}


def _reasons(home: Home) -> dict[int, tuple[str, ...]]:
    """By round, what spoke against its policy, as the round's own files have it."""
    return {one.round: one.verdict.reasons for one in rounds.progress(home) if one.verdict}


def _seen(one: TaughtPolicy, reasons: tuple[str, ...], said: Said | None, in_use: str | None) -> PolicySeen:
    return PolicySeen(
        policy_id=one.policy_id,
        round=one.round,
        method=one.method,
        promoted=one.promoted,
        in_use=one.policy_id == in_use,
        reasons=() if one.promoted else reasons,
        said=said,
        parents=one.parents,
        labels=one.labels,
        made_at=one.made_at,
    )


def _measured(one: RewardEvaluation, names: Mapping[str, str]) -> Measured | None:
    """None where the figures are those of another version."""
    try:
        results = from_text(one.results)
    except ValueError:
        return None
    named = tuple(replace(part, name=names.get(part.name, part.name)) for part in results.by_annotator)
    return Measured(reward_model_id=one.reward_model_id, results=replace(results, by_annotator=named))


def _training(settings: str) -> RewardTraining | None:
    """None where no settings were kept, or those of another version."""
    try:
        return SETTINGS.validate_json(settings).reward
    except ValidationError:
        return None
