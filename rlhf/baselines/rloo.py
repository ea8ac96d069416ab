"""REINFORCE leave-one-out (Ahmadian et al. 2024) through TRL's trainer: no critic, several answers a prompt.

The reward is PPO's: both reward models through the gate, whitened over the batch, with its fine for what
never ended, less β·KL. TRL samples and learns. A stage that was killed starts anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import PreTrainedModel, PreTrainedTokenizerBase
from trl import RLOOConfig, RLOOTrainer  # type: ignore[attr-defined]  # re-exported lazily

from rlhf.chat import prompt_ids, response_text
from rlhf.config import RolloutSettings
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.policy_settings import RLOOSettings
from rlhf.prompts import TrainPrompt, drawn
from rlhf.rewards import combine, fine_unfinished
from rlhf.rollout import prompt_limit
from rlhf.track import Tracker
from rlhf.trainers import Plan, Progress, arguments, train
from store.errors import HoneError
from store.records import Turn

MOVED = 1e-2
"""Nats by which padding may move a log-probability before it counts as wrong."""


class RLOOError(HoneError):
    """A job that cannot be done, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RLOOJob:
    """Prompts, the policy to start from and to be held at, the reward models, PPO's gate and fine, the folder
    `out`; `stage` names it in reports."""

    prompts: Sequence[TrainPrompt]
    policy: Path
    reward_models: RewardModels
    safety_gate: float
    missing_end_penalty: float
    out: Path
    settings: RLOOSettings
    seed: int
    tracker: Tracker
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RLOOResult:
    """The new policy's folder; `sampled_tokens` were written on the way, and `left_out` prompts were too long
    to be answered."""

    path: Path
    sampled_tokens: int
    left_out: int


@dataclass(slots=True, kw_only=True)
class Reward:
    """TRL's reward function: one for both reward models, since a gate is no weighted sum.

    Counts the tokens that it was shown.
    """

    judge: RewardJudge
    tokenizer: PreTrainedTokenizerBase
    prompts: Sequence[TrainPrompt]
    missing_end_penalty: float
    tokens: int = 0
    __name__: str = "gated"

    def __call__(
        self,
        *,
        completion_ids: Sequence[Sequence[int]],
        row: Sequence[int],
        log_metric: Callable[[str, float], None],
        **_more: object,
    ) -> list[float | None]:
        """Rewards of responses, as token ids, to the prompts of these numbers; logs the raw mean."""
        self.tokens += sum(map(len, completion_ids))
        texts = [response_text(self.tokenizer, ids) for ids in completion_ids]
        gated = self.judge.scores([self.prompts[number] for number in row], texts).gated
        log_metric("gated", gated.mean().item())
        ended = torch.tensor([ids[-1] == self.tokenizer.eos_token_id for ids in completion_ids])
        return list(fine_unfinished(combine(gated), ended, self.missing_end_penalty).tolist())


def train_rloo(job: RLOOJob) -> RLOOResult:
    """Trains and saves the policy; the same seed gives the same bytes."""
    settings = job.settings
    if settings.batch_size % settings.samples:
        raise RLOOError(
            f"A batch holds all {settings.samples} responses of each of its prompts, which "
            f"{settings.batch_size} does not; set rloo.batch_size to a multiple of rloo.samples."
        )
    model, tokenizer = load_policy(job.policy), load_tokenizer(job.policy)
    check_padding(model, tokenizer)
    prompts = answerable(job.prompts, model, tokenizer, settings)
    if not prompts:
        raise RLOOError(
            "RLOO needs prompts that leave room for a response and got none; import shorter ones."
        )
    a_step = settings.batch_size // settings.samples
    stream = [prompt for step in range(settings.steps) for prompt in drawn(prompts, a_step, job.seed, step)]
    reward = Reward(
        judge=RewardJudge.load(job.reward_models, job.safety_gate),
        tokenizer=tokenizer,
        prompts=stream,
        missing_end_penalty=job.missing_end_penalty,
    )
    trainer = RLOOTrainer(
        model=model,
        reward_funcs=reward,
        args=RLOOConfig(**_arguments(job)),
        train_dataset=Dataset.from_list([_columns(number, prompt) for number, prompt in enumerate(stream)]),
        processing_class=tokenizer,
    )
    job.tracker.rewind(job.stage, -1)
    train(trainer, model, Progress(job.tracker, job.stage))
    job.tracker.log(job.stage, settings.steps, sampled_tokens=reward.tokens)
    save(model, tokenizer, job.out)
    return RLOOResult(path=job.out, sampled_tokens=reward.tokens, left_out=len(job.prompts) - len(prompts))


@torch.no_grad()
def check_padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Refuses a model that reads a prompt otherwise when padding stands before it.

    TRL pads on the left and tells no places, which only models without learned places bear.
    """
    ids, pads = prompt_ids(tokenizer, (Turn(role="user", content="Hello"),)), [tokenizer.pad_token_id] * 8
    plain, padded = torch.tensor([ids]), torch.tensor([pads + ids])
    mask = torch.tensor([[0] * len(pads) + [1] * len(ids)])
    apart = model(plain).logits[0, -1].log_softmax(-1)
    behind = model(padded, attention_mask=mask).logits[0, -1].log_softmax(-1)
    if (apart - behind).abs().max() > MOVED:
        raise RLOOError(
            "TRL's RLOO pads prompts on the left, and with padding before it "
            f"{type(model).__name__} reads a prompt otherwise, for it learned a place for each token; choose "
            "another method, or a policy such as Llama or Qwen."
        )


def answerable(
    prompts: Sequence[TrainPrompt],
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    settings: RLOOSettings,
) -> list[TrainPrompt]:
    """The prompts that leave room for a response: TRL shortens none."""
    limit = prompt_limit(model, RolloutSettings(max_new_tokens=settings.max_new_tokens))
    return [prompt for prompt in prompts if len(prompt_ids(tokenizer, prompt.turns)) <= limit]


def _columns(number: int, prompt: TrainPrompt) -> dict[str, Any]:
    """A row of the training dataset: a conversation, and by which number the reward knows it."""
    turns = [{"role": turn.role, "content": turn.content} for turn in prompt.turns]
    return {"prompt": turns, "row": number}


def _arguments(job: RLOOJob) -> dict[str, Any]:
    """One gradient step a batch, at a constant rate; the prompts come in their order."""
    settings = job.settings
    plan = Plan(
        out=job.out,
        rows=settings.steps * settings.batch_size,
        batch=settings.batch_size,
        parts=settings.accumulation,
        learning_rate=settings.learning_rate,
        weight_decay=0.0,
        seed=job.seed,
    )
    own = arguments(plan)
    for name in ("max_length", "lr_scheduler_kwargs"):
        del own[name]
    return own | {
        "lr_scheduler_type": "constant",
        "warmup_steps": 0,
        "shuffle_dataset": False,
        "num_generations": settings.samples,
        "max_completion_length": settings.max_new_tokens,
        "beta": settings.kl_coef,
        # The same token ids as everybody's: marks that a person typed are only letters.
        "chat_template_kwargs": {"sanitize_control_tokens": True},
        # The reference is read anew from the policy's folder, with the dropout of its configuration.
        "disable_dropout": True,
    }
