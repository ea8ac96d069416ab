"""All that is kept of one policy: what it came of, what it learned from, how it did, and who let it answer.

Counts people and does not name them, but for those who decided something of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import axes, evaluations, lineage, policies, promotions, rounds, signatures, task_results
from store.axes import Place
from store.blind_matches import blind_matches
from store.database import Store
from store.descent import back, everything
from store.home import Home
from store.messages import Actor
from store.promotions import Said
from store.records import Contents, Evaluation, Policy, RewardModel, Role, Round, Snapshot, TaskResult
from store.rounds import Verdict
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtPolicy:
    """Wants all that is kept of a policy, `policy:ID` or the id; it may be its first letters."""

    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotUsed:
    """Frozen data that the policy or one that it came of learned from, in how many hands it was.

    Counts are those of the moment in which it was frozen; None where nobody counted.
    """

    snapshot_id: str
    contents: Contents
    rows: int
    labels: int | None
    annotators: int | None
    signatures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRecord:
    """A policy as it stands, with its `ancestors`, the first round first; whether its round `refused` it, and
    what its round's gates said, None where the round's files do not tell; and what people decided, in order.

    `axes` are its places beside the first policy; `evaluations` are on all held-out prompts, by people on
    those that they were asked; `tasks` the newest results on tasks of lm-eval.
    """

    policy: Policy
    first_id: str
    refused: bool
    verdict: Verdict | None
    said: tuple[Said, ...]
    ancestors: tuple[Policy, ...]
    round: Round | None
    reward_models: tuple[RewardModel, ...]
    snapshots: tuple[SnapshotUsed, ...]
    evaluations: tuple[Evaluation, ...]
    axes: tuple[Place, ...]
    tasks: tuple[TaskResult, ...] = ()


def look_at_policy(store: Store, actor: Actor, request: LookAtPolicy) -> PolicyRecord:
    """The record; MissingError where there is no such policy."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        trained = everything(db)
        name = lineage.policy_meant(db, trained, request.policy)
        thread, first = back(trained, name), policies.first(db)
        policy = next(one for one in trained.policies if one.policy_id == name)
        return PolicyRecord(
            policy=policy,
            first_id=first.policy_id if first else name,
            refused=policies.refused(db, name),
            verdict=_verdict(store.home, policy),
            said=tuple(promotions.of_policy(db, name)),
            ancestors=tuple(
                one for one in trained.policies if one.policy_id in thread.policies and one.policy_id != name
            ),
            round=next((one for one in evaluations.rounds(db) if one.policy_id == name), None),
            reward_models=tuple(
                one for one in trained.reward_models if one.reward_model_id in policy.reward_models
            ),
            snapshots=tuple(
                _used(db, one) for one in trained.snapshots if one.snapshot_id in thread.snapshots
            ),
            evaluations=(
                *evaluations.of_policy(db, name),
                *(one.evaluation for one in blind_matches(db) if one.evaluation.policy_id == name),
            ),
            axes=tuple(one for one in axes.places(db) if one.policy_id == name),
            tasks=tuple(task_results.of_policy(db, name)),
        )


def _verdict(home: Home, policy: Policy) -> Verdict | None:
    if not policy.round:
        return None
    return next((one.verdict for one in rounds.progress(home) if one.round == policy.round), None)


def _used(db: DuckDBPyConnection, snapshot: Snapshot) -> SnapshotUsed:
    counts = json.loads(snapshot.counts)
    annotators = counts.get("by_annotator")
    return SnapshotUsed(
        snapshot_id=snapshot.snapshot_id,
        contents=snapshot.contents,
        rows=snapshot.row_count,
        labels=counts.get("labels"),
        annotators=len(annotators) if annotators is not None else None,
        signatures=len(signatures.of_snapshot(db, snapshot.snapshot_id)),
    )
