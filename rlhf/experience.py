"""One iteration's experience: what the policy answered and what every model says of it.

The reference is asked once for each response, never again while the policy learns from it. Knows the
reward (gate, whitening, KL penalty) and nothing of how the policy is updated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Generator, Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.advantages import advantages
from rlhf.chat import prompt_ids
from rlhf.collate import Row
from rlhf.config import RolloutSettings
from rlhf.judge import RewardJudge, Scores
from rlhf.masked import standardise
from rlhf.models import Critic
from rlhf.policy_settings import PPOSettings
from rlhf.prompts import TrainPrompt
from rlhf.rewards import combine, fine_unfinished, token_rewards
from rlhf.rollout import Rollout, sample
from rlhf.scoring import score_logprobs, score_values


class Models(Protocol):
    """Everybody who takes part; only the policy and the critic learn, by the parameters that want a gradient.

    Asking for one may silence the others: ask anew at each use, and keep none beyond asking for another.
    """

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Everybody's."""

    @property
    def policy(self) -> PreTrainedModel:
        """The causal language model that learns."""

    @property
    def reference(self) -> PreTrainedModel:
        """The policy as it was before it learned."""

    @property
    def critic(self) -> Critic:
        """What reward is still expected at a token; it learns beside the policy."""

    @property
    def judge(self) -> RewardJudge:
        """Both reward models."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """N sampled responses with raw scores [N] and log π - log π_ref of their tokens [N, R]."""

    rollout: Rollout
    scores: Scores
    divergence: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """Judged responses with what the critic expected; all [N, R], padded on the right.

    `advantages` are standardised over the batch, `returns` are in the units of the whitened reward. `texts`
    are rows that the policy read before and reads again beside, so that it does not forget them (PPO-ptx).
    """

    judged: Judged
    values: Tensor
    advantages: Tensor
    returns: Tensor
    texts: Sequence[Row] = ()


def answer(
    models: Models, prompts: Sequence[TrainPrompt], settings: PPOSettings, generator: Generator
) -> Judged:
    """One response of the policy to each prompt, with scores and the distance from the reference.

    The words are scored, as everywhere else: a reward model never learned what a sentence without its end
    token is worth, nor a mark of the template within one. What is cut is fined apart.
    """
    rows = [prompt_ids(models.tokenizer, prompt.turns) for prompt in prompts]
    rollout = sample(models.policy, models.tokenizer, rows, _sampling(settings), generator)
    answered = rollout.answered(models.tokenizer.pad_token_id)
    return Judged(
        rollout=rollout,
        scores=models.judge.scores(prompts, rollout.texts(models.tokenizer)),
        divergence=rollout.logprobs - score_logprobs(models.reference, answered, settings.temperature),
    )


def value(models: Models, judged: Judged, settings: PPOSettings, kl_coef: float) -> Experience:
    """What the critic expected of these responses, and by how much each token did better."""
    rollout = judged.rollout
    values = score_values(models.critic, rollout.answered(models.tokenizer.pad_token_id))
    scores = fine_unfinished(combine(judged.scores.gated), rollout.finished, settings.missing_end_penalty)
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
