"""Single facts for tests, with what a test does not ask about filled in, and what the doctor says."""

from __future__ import annotations

from store.database import Store
from store.records import (
    Annotator,
    Comparison,
    Degree,
    Edit,
    Kind,
    Label,
    Lease,
    Policy,
    QualificationTest,
    RewardModel,
    Role,
    Track,
    now,
)
from store.verbs import examine
from store.verbs.keeping import Examine
from store.verbs.roles import HONE


def person(name: str) -> Annotator:
    return Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON)


def label(label_id: str, comparison_id: str, annotator_id: str = "ann", **changes: object) -> Label:
    fields = {"ranks": (1, 2), "degree": Degree.BETTER, "shown_order": (0, 1), **changes}
    return Label(label_id=label_id, comparison_id=comparison_id, annotator_id=annotator_id, **fields)  # type: ignore[arg-type]


def edit(label_id: str, version: int, ranks: tuple[int, ...] = (2, 1)) -> Edit:
    return Edit(label_id=label_id, version=version, ranks=ranks, degree=Degree.SLIGHTLY)


def compared(comparison_id: str, prompt_id: str = "q0", **changes: object) -> Comparison:
    fields = {"response_ids": ("q0-r0", "q0-r1"), "batch_id": "batch-000", **changes}
    return Comparison(comparison_id=comparison_id, prompt_id=prompt_id, **fields)  # type: ignore[arg-type]


def lease(comparison_id: str, shown_order: tuple[int, ...]) -> Lease:
    return Lease(
        lease_id="x",
        comparison_id=comparison_id,
        annotator_id="ann",
        shown_order=shown_order,
        expires_at=now(),
    )


def exam(comparison_id: str) -> QualificationTest:
    return QualificationTest(
        test_id="t",
        annotator_id="ann",
        track=Track.HELPFULNESS,
        guideline_version=1,
        comparison_ids=(comparison_id,),
        pass_mark=0.8,
    )


def policy(policy_id: str, **changes: object) -> Policy:
    return Policy(policy_id=policy_id, path="", **changes)  # type: ignore[arg-type]


def rewarding(reward_model_id: str, snapshot_id: str, path: str = "") -> RewardModel:
    return RewardModel(
        reward_model_id=reward_model_id,
        track=Track.HELPFULNESS,
        snapshot_id=snapshot_id,
        policy_id="policy",
        path=path,
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
    )


def sentences(store: Store) -> list[str]:
    return [one.sentence for one in examine(store, HONE, Examine()).findings]
