"""Learning from one iteration's experience: a few clipped gradient steps of policy and critic.

A minibatch passes in parts of like length whose gradients add up, so that little of it is padding. Policy
and critic have their own optimisers and their own clipping. Knows neither sampling nor files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from transformers import PreTrainedModel

from rlhf.collate import Joined
from rlhf.divergence import entropy
from rlhf.experience import Experience, Models
from rlhf.forward import response_logits, token_logprobs
from rlhf.losses import policy_loss, value_loss
from rlhf.models import Critic
from rlhf.policy_settings import PPOSettings
from rlhf.scoring import response_values
from store.errors import HoneError

PART_TOKENS = 1024
"""Padded tokens that pass forward and back at a time."""


class UpdateError(HoneError):
    """A step that would leave the models with no numbers, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisers:
    """One for each model that learns."""

    policy: AdamW
    critic: AdamW


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Averages over an iteration's tokens: losses, entropy in nats, share of ratios that were clipped."""

    policy_loss: float
    value_loss: float
    entropy: float
    clip_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some rows of a minibatch, which has `tokens` response tokens in all; tensors are flat, [n]."""

    rows: Joined
    logprobs: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    tokens: int


def optimisers(models: Models, settings: PPOSettings) -> Optimisers:
    """AdamW of both models as Llama 2 has it: betas 0.9 and 0.95, eps 1e-5."""
    decay = settings.weight_decay
    # Asking for the critic may silence the policy, so one is done with before the other is asked for.
    return Optimisers(
        policy=_optimiser(models.policy, settings.learning_rate, decay),
        critic=_optimiser(models.critic, settings.critic_learning_rate, decay),
    )


def _optimiser(model: nn.Module, rate: float, decay: float) -> AdamW:
    trained = [weights for weights in model.parameters() if weights.requires_grad]
    return AdamW(trained, lr=rate, betas=(0.9, 0.95), eps=1e-5, weight_decay=decay)


def update(
    models: Models,
    learners: Optimisers,
    experience: Experience,
    settings: PPOSettings,
    generator: torch.Generator,
) -> Update:
    """Passes `settings.epochs` times over the experience in minibatches, one step of both models each."""
    policy_sums, critic_sum, rows = torch.zeros(3), 0.0, len(experience.values)
    for _epoch in range(settings.epochs):
        for chosen in torch.randperm(rows, generator=generator).split(settings.minibatch_size):
            parts = _parts(experience, chosen.tolist(), models.tokenizer.pad_token_id)
            policy_sums += _policy_step(models.policy, learners.policy, parts, settings)
            critic_sum += _critic_step(models.critic, learners.critic, parts, settings)
    tokens = int(experience.judged.rollout.mask.sum()) * settings.epochs
    loss, spread, clipped = (policy_sums / tokens).tolist()
    return Update(policy_loss=loss, value_loss=critic_sum / tokens, entropy=spread, clip_fraction=clipped)


def _policy_step(
    policy: PreTrainedModel, optimiser: AdamW, parts: Sequence[_Part], settings: PPOSettings
) -> Tensor:
    """One step; the loss, the entropy and the clipped ratios summed over tokens [3]."""
    sums = torch.zeros(3)
    optimiser.zero_grad(set_to_none=True)
    for part in parts:
        logits = response_logits(policy, part.rows, settings.temperature)
        log_ratio = token_logprobs(logits, part.rows.responses) - part.logprobs
        loss = policy_loss(log_ratio, part.advantages, settings.clip).sum()
        (loss / part.tokens).backward()
        clipped = (log_ratio.detach().exp() - 1).abs() > settings.clip
        sums += torch.stack([loss.detach(), entropy(logits.detach()).sum(), clipped.sum()])
    _step(optimiser, settings.grad_clip)
    return sums


def _critic_step(critic: Critic, optimiser: AdamW, parts: Sequence[_Part], settings: PPOSettings) -> float:
    """One step; the loss summed over tokens."""
    total = 0.0
    optimiser.zero_grad(set_to_none=True)
    for part in parts:
        values = response_values(critic, part.rows)
        loss = value_loss(values, part.values, part.returns, settings.value_clip).sum()
        (settings.value_coef * loss / part.tokens).backward()
        total += loss.item()
    _step(optimiser, settings.grad_clip)
    return total


def _step(optimiser: AdamW, largest: float) -> None:
    """One step along the gradients, their norm clipped."""
    if not clip_grad_norm_(optimiser.param_groups[0]["params"], largest).isfinite():
        raise UpdateError(
            "PPO's gradient is no finite number any more, so its models cannot learn on; "
            "lower ppo.learning_rate or ppo.critic_learning_rate."
        )
    optimiser.step()


def _parts(experience: Experience, chosen: Sequence[int], pad_id: int) -> list[_Part]:
    """The chosen rows in parts of like length."""
    rollout = experience.judged.rollout
    answered, mask = rollout.answered(pad_id), rollout.mask.bool()
    return [
        _Part(
            rows=answered.joined(at),
            logprobs=rollout.logprobs[at][mask[at]],
            values=experience.values[at][mask[at]],
            advantages=experience.advantages[at][mask[at]],
            returns=experience.returns[at][mask[at]],
            tokens=int(mask[list(chosen)].sum()),
        )
        for at in answered.buckets(chosen, PART_TOKENS)
    ]
