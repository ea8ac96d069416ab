"""What came of what: from snapshots to reward models and policies, and from a policy back to its snapshots.

A reward model names its snapshot; a policy its reward models, snapshots and parents. Knows no label and no
file.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import policies, reward_models, snapshots
from store.records import Policy, RewardModel, Snapshot


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that was ever made from labels."""

    snapshots: tuple[Snapshot, ...]
    reward_models: tuple[RewardModel, ...]
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """Ids by noun, without labels and annotators."""

    snapshots: set[str]
    reward_models: set[str]
    policies: set[str]


def everything(db: DuckDBPyConnection) -> Trained:
    """All that the home has trained."""
    return Trained(tuple(snapshots.every(db)), tuple(reward_models.every(db)), tuple(policies.every(db)))


def forward(trained: Trained, snapshot_ids: set[str]) -> Thread:
    """The reward models that learned from the snapshots, and every policy that came of either."""
    models = {one.reward_model_id for one in trained.reward_models if one.snapshot_id in snapshot_ids}
    return Thread(snapshot_ids, models, _descendants(trained, models, snapshot_ids))


def of_model(trained: Trained, reward_model_id: str) -> Thread:
    """The reward model with its snapshot, and every policy that came of the model."""
    model = next(one for one in trained.reward_models if one.reward_model_id == reward_model_id)
    return Thread({model.snapshot_id}, {reward_model_id}, _descendants(trained, {reward_model_id}, set()))


def back(trained: Trained, policy_id: str) -> Thread:
    """The policy and its ancestors, with all that they were trained with."""
    by_id = {one.policy_id: one for one in trained.policies}
    line: dict[str, Policy] = {}
    waiting = [policy_id]
    while waiting:
        policy = by_id.get(waiting.pop())
        if policy is not None and policy.policy_id not in line:
            line[policy.policy_id] = policy
            waiting += policy.parents
    models = {model for policy in line.values() for model in policy.reward_models}
    of_models = {one.snapshot_id for one in trained.reward_models if one.reward_model_id in models}
    return Thread(of_models.union(*(policy.snapshots for policy in line.values())), models, set(line))


def _descendants(trained: Trained, models: set[str], snapshot_ids: set[str]) -> set[str]:
    """Policies trained with these, and the policies that were trained from those."""
    shaped = {
        one.policy_id
        for one in trained.policies
        if models & set(one.reward_models) or snapshot_ids & set(one.snapshots)
    }
    while further := {
        one.policy_id for one in trained.policies if shaped & set(one.parents) and one.policy_id not in shaped
    }:
        shaped |= further
    return shaped
