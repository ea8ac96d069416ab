"""What engineers are told of how good the models are."""

from __future__ import annotations

import pytest

from store.database import Store
from store.errors import MissingError
from store.intervals import wilson
from store.records import (
    Annotator,
    Contents,
    Kind,
    Policy,
    RewardEvaluation,
    RewardModel,
    Role,
    Snapshot,
    Track,
)
from store.reward_results import Part, RewardResults, as_text
from store.verbs import look_at_policies
from store.verbs.appraising import LookAtPolicies, PoliciesSeen
from store.verbs.roles import HONE


def looked(store: Store, number: int | None = None) -> PoliciesSeen:
    return look_at_policies(store, HONE, LookAtPolicies(round=number))


def snapshot(name: str, counts: str, contents: Contents = Contents.PREFERENCES) -> Snapshot:
    return Snapshot(
        snapshot_id=name,
        contents=contents,
        path=name,
        row_count=9,
        query="",
        audit_seq=1,
        audit_head="h",
        counts=counts,
    )


def model(number: int, track: Track = Track.SAFETY) -> RewardModel:
    return RewardModel(
        reward_model_id=f"m{number}",
        track=track,
        snapshot_id="s",
        policy_id="p",
        path="x",
        round=number,
        accuracy=0.5,
        accuracy_low=0.4,
        accuracy_high=0.6,
        held_out_pairs=10,
    )


def results(annotators: tuple[str, ...]) -> RewardResults:
    share = wilson(7, 10)
    return RewardResults(
        pairs=10,
        accuracy=share,
        by_degree=(),
        by_annotator=tuple(Part(name=one, pairs=10, accuracy=share) for one in annotators),
        by_age=(),
        by_length=(),
        by_spread=(),
        baselines=(),
        reliability=(),
        calibration_error=0.1,
        unsafe_found=(),
        agreement=None,
        members=1,
        training_pairs=90,
        truncated=0,
    )


def measured(number: int, *annotators: str) -> RewardEvaluation:
    return RewardEvaluation(reward_model_id=f"m{number}", results=as_text(results(annotators)))


def test_an_empty_home_has_neither_policies_nor_reward_models(store: Store) -> None:
    assert looked(store) == PoliciesSeen(policies=(), reward_models=(), round=None, measured=())


def test_a_policy_learned_from_the_labels_of_its_snapshots_and_not_from_their_prompts(store: Store) -> None:
    store.append(
        "test",
        snapshot("s", '{"pairs": 12, "labels": 7}'),
        snapshot("prompts", '{"prompts": 100}', Contents.PROMPTS),
        snapshot("old", "{}"),
        Policy(policy_id="first", path="x"),
        Policy(policy_id="second", path="x", round=1, snapshots=("s", "prompts"), parents=("first",)),
        Policy(policy_id="third", path="x", round=2, snapshots=("old",), promoted=False),
        Policy(policy_id="imported:hh", path="x"),
    )
    seen = looked(store).policies
    assert [(one.policy_id, one.labels, one.in_use) for one in seen] == [
        ("third", None, False),
        ("second", 7, True),
        ("first", None, False),
    ]


def test_what_was_measured_is_of_the_newest_round_or_of_the_one_asked_for(store: Store) -> None:
    store.append("test", model(1), model(2), measured(1, "a"), measured(2, "b"))
    newest, asked = looked(store), looked(store, 1)
    assert (newest.round, [one.reward_model_id for one in newest.measured]) == (2, ["m2"])
    assert (asked.round, [one.reward_model_id for one in asked.measured]) == (1, ["m1"])
    assert [one.round for one in asked.reward_models] == [1, 2]


def test_annotators_bear_their_names_and_one_whom_nobody_knows_their_id(store: Store) -> None:
    ana = Annotator(annotator_id="a1", name="ana", role=Role.ANNOTATOR, kind=Kind.PERSON)
    store.append("test", ana, model(1), measured(1, "a1", "gone"))
    (one,) = looked(store).measured
    assert [part.name for part in one.results.by_annotator] == ["ana", "gone"]


def test_figures_of_another_version_are_left_out(store: Store) -> None:
    store.append("test", model(1), RewardEvaluation(reward_model_id="m1", results='{"pairs": 3}'))
    seen = looked(store)
    assert (seen.round, seen.measured) == (1, ())


def test_a_round_without_reward_models_is_missing(store: Store) -> None:
    with pytest.raises(MissingError, match="Round 7 has no reward models"):
        looked(store, 7)
