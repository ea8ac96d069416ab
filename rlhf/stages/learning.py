"""The stages that train: two reward models, then the policy by rejection sampling and PPO, or a baseline."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from rlhf import ppo as optimisation
from rlhf import rejection
from rlhf.baselines.dpo import DPOJob, train_dpo, training_pairs
from rlhf.baselines.rloo import RLOOJob, train_rloo
from rlhf.further import FurtherJob
from rlhf.initialise import model_path, weights_id
from rlhf.judge import RewardModels
from rlhf.rejection import RejectionJob
from rlhf.reward_models.gaps import write_gaps
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.stage import RewardJob, train_reward_model
from rlhf.stages.freezing import (
    check_adapters,
    check_still_signed,
    frozen_in,
    relative,
    seed,
    training_prompts,
    watched_prompts,
)
from rlhf.turning import Turning
from store import round_stages, rounds
from store.home import Home
from store.records import Track
from store.reward_results import RewardResults
from store.watched import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewarded:
    """A reward model, how good it is on held-out pairs, and the file of what it says of every label."""

    reward_model_id: str
    path: str
    gaps: str
    results: RewardResults


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`done.json` of a stage that trains a reward model."""

    outputs: Rewarded


_DONE: Final = TypeAdapter(_Done).validate_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """A policy that a stage made, or the one it was given where the method leaves the stage out."""

    policy_id: str
    path: str


def reward_helpfulness(turning: Turning) -> Rewarded:
    """The helpfulness reward model."""
    return _reward(turning, Track.HELPFULNESS)


def reward_safety(turning: Turning) -> Rewarded:
    """The safety reward model."""
    return _reward(turning, Track.SAFETY)


def _reward(turning: Turning, track: Track) -> Rewarded:
    check_still_signed(turning)
    frozen, folder = frozen_in(turning), turning.stage(f"reward_{track.value}")
    check_adapters(turning, is_first=frozen.policy == frozen.first)
    start = frozen.policy if turning.settings.reward.start == "policy" else frozen.first
    job = RewardJob(
        snapshot=turning.home.root / frozen.preferences,
        track=track,
        initial_policy=model_path(turning.home, start),
        out=folder / "model",
        settings=turning.settings.reward,
        seed=turning.settings.round.seed,
        tracker=turning.tracker,
    )
    trained, gaps = train_reward_model(job), folder / "gaps.parquet"
    write_gaps(gaps, trained.gaps)
    return Rewarded(
        reward_model_id=weights_id("reward-model", trained.path),
        path=relative(turning, trained.path),
        gaps=relative(turning, gaps),
        results=trained.results,
    )


def reject(turning: Turning) -> Improved:
    """Rejection sampling, where the method has it."""
    frozen = frozen_in(turning)
    given = Improved(policy_id=frozen.policy_id, path=frozen.policy)
    if not _has(turning, "reject"):
        return given
    check_adapters(turning, is_first=frozen.policy == frozen.first)
    earlier = (turning.home.round(number) / "reject" / "pool.parquet" for number in range(1, turning.number))
    job = RejectionJob(
        policy=model_path(turning.home, given.path),
        base=model_path(turning.home, frozen.first),
        reward_models=reward_models(turning),
        safety_gate=turning.settings.ppo.safety_gate,
        prompts=training_prompts(turning),
        earlier_pools=tuple(pool for pool in earlier if pool.exists()),
        out=turning.stage("reject"),
        settings=turning.settings.reject,
        sft=turning.settings.sft,
        seed=seed(turning),
        tracker=turning.tracker,
        besides=_besides(turning),
    )
    return _improved(turning, rejection.reject(job).path)


def _besides(turning: Turning) -> FurtherJob:
    """Ghost Attention and safety context distillation, as much of them as the settings ask."""
    return FurtherJob(
        policy=model_path(turning.home, frozen_in(turning).policy),
        prompts=training_prompts(turning),
        gatt=turning.settings.gatt,
        distill=turning.settings.distill,
        out=turning.stage("reject"),
        seed=seed(turning),
        tracker=turning.tracker,
    )


def ppo(turning: Turning) -> Improved:
    """PPO from what rejection sampling made, where the method has it."""
    start: Improved = turning.results["reject"]
    if not _has(turning, "ppo"):
        return start
    text = turning.settings.ppo.pretraining_text
    job = optimisation.PPOJob(
        prompts=training_prompts(turning),
        held_out=watched_prompts(turning),
        policy=model_path(turning.home, start.path),
        reward_models=reward_models(turning),
        out=turning.stage("ppo"),
        settings=turning.settings.ppo,
        seed=seed(turning),
        tracker=turning.tracker,
        gold=turning.settings.evaluate.gold_judge,
        monitor=turning.settings.monitor,
        pretraining_text=turning.home.root / text if text else None,
    )
    return _improved(turning, optimisation.train(job).policy)


def baseline(turning: Turning) -> Improved:
    """DPO or RLOO from the newest policy, where one of them is the method."""
    start: Improved = turning.results["ppo"]
    if not _has(turning, "baseline"):
        return start
    learn = _dpo if turning.settings.round.method == "dpo" else _rloo
    return _improved(turning, learn(turning, model_path(turning.home, start.path)))


def _dpo(turning: Turning, policy: Path) -> Path:
    """On the labels that the reward models learned from."""
    settings = turning.settings
    rows = read_preferences(turning.home.root / frozen_in(turning).preferences)
    job = DPOJob(
        pairs=training_pairs(rows, settings.reward, settings.round.seed),
        policy=policy,
        out=turning.stage("baseline") / "policy",
        settings=settings.dpo,
        seed=seed(turning),
        tracker=turning.tracker,
        stage="baseline",
    )
    return train_dpo(job).path


def _rloo(turning: Turning, policy: Path) -> Path:
    """On PPO's prompts, for its reward."""
    job = RLOOJob(
        prompts=training_prompts(turning),
        policy=policy,
        reward_models=reward_models(turning),
        safety_gate=turning.settings.ppo.safety_gate,
        missing_end_penalty=turning.settings.ppo.missing_end_penalty,
        out=turning.stage("baseline") / "policy",
        settings=turning.settings.rloo,
        seed=seed(turning),
        tracker=turning.tracker,
        stage="baseline",
    )
    return train_rloo(job).path


def reward_models(turning: Turning) -> RewardModels:
    """The two that this round trained, and how their members speak as one."""
    helpfulness, safety = (turning.home.root / rewarded_in(turning, track).path for track in Track)
    return RewardModels(helpfulness=helpfulness, safety=safety, judge=turning.settings.judge)


def rewarded_in(turning: Turning, track: Track) -> Rewarded:
    """The track's reward model of this round."""
    return turning.results[f"reward_{track.value}"]


def trained(home: Home, number: int, track: Track) -> Rewarded | None:
    """The track's reward model of that round; None where there is no such round."""
    done = read(home.round(number) / f"reward_{track.value}" / "done.json", _DONE)
    return done.outputs if done else None


def measured(home: Home) -> dict[int, dict[Track, RewardResults]]:
    """How good the reward models of the finished rounds are, by round and track."""
    found: dict[int, dict[Track, RewardResults]] = {}
    for row in rounds.results(home):
        for track in Track:
            if rewarded := trained(home, row.round, track):
                found.setdefault(row.round, {})[track] = rewarded.results
    return found


def improved_in(turning: Turning) -> Improved:
    """This round's policy, after the last stage that trains."""
    return turning.results["baseline"]


def _has(turning: Turning, stage: str) -> bool:
    return round_stages.has(turning.settings.round.method, stage)


def _improved(turning: Turning, folder: Path) -> Improved:
    return Improved(policy_id=weights_id("policy", folder), path=relative(turning, folder))
