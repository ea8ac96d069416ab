"""One iteration's experience: what the policy answered and what every model says of it.

The reference is asked once for each response, never again while the policy learns from it. Knows the
reward (gate, whitening, KL penalty) and nothing of how the policy is updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.advantages import advantages
from rlhf.chat import prompt_ids
from rlhf.config import PPOSettings, RolloutSettings
from rlhf.masked import standardise
from rlhf.models import Critic
from rlhf.prompts import TrainPrompt
from rlhf.rewards import combine, fine_unfinished, gate, token_rewards
from rlhf.rollout import Rollout, sample
from rlhf.scoring import score_logprobs, score_rows, score_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Everybody who takes part; only the policy and the critic learn."""

    tokenizer: PreTrainedTokenizerBase
    policy: PreTrainedModel
    reference: PreTrainedModel
    critic: Critic
    helpfulness: PreTrainedModel
    safety: PreTrainedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """N sampled responses with raw scores [N] and log π - log π_ref of their tokens [N, R]."""

    rollout: Rollout
    helpfulness: Tensor
    safety: Tensor
    gated: Tensor
    divergence: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """Judged responses with what the critic expected; all [N, R], padded on the right.

    `advantages` are standardised over the batch, `returns` are in the units of the whitened reward.
    """

    judged: Judged
    values: Tensor
    advantages: Tensor
    returns: Tensor


def answer(
    models: Models, prompts: Sequence[TrainPrompt], settings: PPOSettings, generator: torch.Generator
) -> Judged:
    """One response of the policy to each prompt, with scores and the distance from the reference."""
    rows = [prompt_ids(models.tokenizer, prompt.turns) for prompt in prompts]
    rollout = sample(models.policy, models.tokenizer, rows, _sampling(settings), generator)
    answered = rollout.answered(models.tokenizer.pad_token_id)
    whole = [[*row, *said] for row, said in zip(answered.prompts, answered.responses, strict=True)]
    helpfulness = score_rows(models.helpfulness, whole, answered.pad_id)
    safety = score_rows(models.safety, whole, answered.pad_id)
    return Judged(
        rollout=rollout,
        helpfulness=helpfulness,
        safety=safety,
        gated=gate(
            helpfulness, safety, torch.tensor([prompt.is_safety for prompt in prompts]), settings.safety_gate
        ),
        divergence=rollout.logprobs - score_logprobs(models.reference, answered, settings.temperature),
    )


def value(models: Models, judged: Judged, settings: PPOSettings, kl_coef: float) -> Experience:
    """What the critic expected of these responses, and by how much each token did better."""
    rollout = judged.rollout
    values = score_values(models.critic, rollout.answered(models.tokenizer.pad_token_id))
    scores = fine_unfinished(combine(judged.gated), rollout.finished, settings.missing_end_penalty)
    rewards = token_rewards(scores, judged.divergence, rollout.mask, kl_coef)
    gains = advantages(rewards, values, rollout.mask, settings.gamma, settings.lam)
    return Experience(
        judged=judged,
        values=values,
        advantages=standardise(gains, rollout.mask),
        returns=gains + values,
    )


def _sampling(settings: PPOSettings) -> RolloutSettings:
    return RolloutSettings(
        temperature=settings.temperature,
        max_new_tokens=settings.max_new_tokens,
        max_prompt_tokens=settings.max_prompt_tokens,
    )
