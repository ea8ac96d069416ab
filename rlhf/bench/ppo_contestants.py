"""Hone's PPO and TRL's RLOO, from the same policy, against the same two reward models.

Equal are the prompts' source, the responses an iteration, those of a gradient step, the longest response,
the temperature, β, AdamW, its rate and float32; TRL's gradient checkpointing, which is on by default and
slow, is off. RLOO has no critic and draws two responses to each of half as many prompts. Its reward models
are plain sequence classifiers, asked as TRL asks them; `trl_judged` is given Hone's own judge instead, so
that only the rest is compared.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from datasets import Dataset
from transformers import PrinterCallback
from trl import RLOOConfig, RLOOTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.baselines.rloo import Reward
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_reward_model, load_tokenizer
from rlhf.policy_settings import PPOSettings
from rlhf.ppo import STAGE, PPOJob, train
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker, read_metrics
from rlhf.trainers import Plan, arguments

SAMPLES_A_PROMPT: Final = 2
"""RLOO's, TRL's default: its baseline is the other one's reward."""
NO_PLACE_IN_RLOO: Final = ("max_length", "lr_scheduler_kwargs", "train_sampling_strategy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where all begin: policy, reward models, prompts, and what both are told; `folder` is emptied."""

    policy: Path
    reward_models: RewardModels
    prompts: tuple[TrainPrompt, ...]
    settings: PPOSettings
    seed: int
    folder: Path

    @property
    def steps(self) -> int:
        """Gradient steps of the policy in an iteration."""
        return math.ceil(self.settings.batch_size / self.settings.minibatch_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Its name, how often optimisers step at each minibatch, and how it trains: it says how many tokens a
    response had on average in its last iterations.
    """

    name: str
    optimisers: int
    train: Callable[[Start], float]


def hone(start: Start) -> float:
    """PPO as a round runs it, without held-out prompts."""
    job = PPOJob(
        prompts=start.prompts,
        held_out=(),
        policy=start.policy,
        reward_models=start.reward_models,
        out=start.folder / "hone",
        settings=start.settings,
        seed=start.seed,
        tracker=Tracker(start.folder / "told"),
    )
    train(job)
    told = [line["length"] for line in read_metrics(job.tracker.folder) if line["stage"] == STAGE]
    shutil.rmtree(start.folder)
    return fmean(told[1:])


def trl(start: Start) -> float:
    """RLOO with the reward models as TRL asks them."""
    paths = (start.reward_models.helpfulness, start.reward_models.safety)
    return _rloo(start, [load_reward_model(path) for path in paths])


def trl_judged(start: Start) -> float:
    """RLOO with Hone's judge."""
    reward = Reward(
        judge=RewardJudge.load(start.reward_models, start.settings.safety_gate),
        tokenizer=load_tokenizer(start.policy),
        prompts=start.prompts,
        missing_end_penalty=start.settings.missing_end_penalty,
    )
    return _rloo(start, [reward])


HONE: Final = Contestant(name="Hone's PPO", optimisers=2, train=hone)
TRL: Final = Contestant(name="TRL's RLOO", optimisers=1, train=trl)
TRL_JUDGED: Final = Contestant(name="TRL's RLOO with Hone's judge", optimisers=1, train=trl_judged)


def config(start: Start) -> RLOOConfig:
    """What TRL is told."""
    told = start.settings
    plan = Plan(
        out=start.folder / "trl",
        rows=told.iterations * told.batch_size,
        batch=told.minibatch_size,
        parts=1,
        learning_rate=told.learning_rate,
        weight_decay=told.weight_decay,
        seed=start.seed,
        bfloat16=False,
    )
    own = {name: value for name, value in arguments(plan).items() if name not in NO_PLACE_IN_RLOO}
    return RLOOConfig(
        **own
        | {
            "max_steps": told.iterations * start.steps,
            "steps_per_generation": start.steps,
            "logging_steps": start.steps,
            "lr_scheduler_type": "constant",
            "warmup_steps": 0,
            "num_generations": SAMPLES_A_PROMPT,
            "max_completion_length": told.max_new_tokens,
            "temperature": told.temperature,
            "beta": told.kl_coef,
        }
    )


def _rloo(start: Start, rewards: list[Any]) -> float:
    rows = [
        {"prompt": [{"role": turn.role, "content": turn.content} for turn in prompt.turns], "row": number}
        for number, prompt in enumerate(start.prompts)
    ]
    trainer = RLOOTrainer(
        model=load_policy(start.policy),
        reward_funcs=rewards,
        args=config(start),
        train_dataset=Dataset.from_list(rows),
        processing_class=load_tokenizer(start.policy),
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    shutil.rmtree(start.folder, ignore_errors=True)
    name = "completions/mean_length"
    return fmean([line[name] for line in trainer.state.log_history if name in line][1:])
