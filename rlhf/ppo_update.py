"""Learning from one iteration's experience: a few clipped gradient steps of policy and critic.

A minibatch passes in parts of like length whose gradients add up, so that little of it is padding. Policy
and critic have their own optimisers and their own clipping. Layers may pass in bfloat16; weights, losses and
optimisers are float32. Knows neither sampling nor files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from transformers import PreTrainedModel

from rlhf.collate import Answered, Joined
from rlhf.divergence import entropy
from rlhf.experience import Experience, Models
from rlhf.forward import response_logits, token_logprobs
from rlhf.losses import policy_loss, value_loss
from rlhf.models import Critic
from rlhf.policy_settings import PPOSettings
from rlhf.precision import dtype_while_learning, passing
from rlhf.pretraining_mix import continued
from rlhf.scoring import response_values, score_logprobs, score_values
from store.errors import HoneError


class UpdateError(HoneError):
    """A step that would leave the models with no numbers, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisers:
    """One for each model that learns."""

    policy: AdamW
    critic: AdamW


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """Averages over an iteration's tokens: losses, entropy in nats, share of ratios that were clipped.

    `pretraining_loss` is that of the texts read again, in nats a token; none where none were.
    """

    policy_loss: float
    value_loss: float
    entropy: float
    clip_fraction: float
    pretraining_loss: float | None = None


@dataclass(slots=True, kw_only=True)
class _Sums:
    """Over an iteration's tokens so far; `missed` is the loss of the texts read again."""

    policy_loss: float = 0.0
    value_loss: float = 0.0
    entropy: float = 0.0
    clipped: float = 0.0
    missed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some rows of a minibatch, which has `tokens` response tokens in all; tensors are flat, [n]."""

    rows: Joined
    logprobs: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Minibatch:
    """What a step of the policy learns from: parts of responses, texts with `text_tokens` to foretell."""

    parts: Sequence[_Part]
    texts: Sequence[Joined]
    text_tokens: int


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
    return AdamW(trained, lr=rate, betas=(0.9, 0.95), eps=1e-5, weight_decay=decay, fused=True)


def update(
    models: Models,
    learners: Optimisers,
    experience: Experience,
    settings: PPOSettings,
    generator: torch.Generator,
) -> Update:
    """Passes `settings.epochs` times over the experience in minibatches, one step of both models each.

    Each step of the policy also reads its share of the experience's texts.
    """
    experience = _logprobs_while_learning(models, experience, settings)
    experience = _values_while_learning(models, experience, settings)
    sums, rows = _Sums(), len(experience.values)
    pad_id = models.tokenizer.pad_token_id
    steps = [
        chosen.tolist()
        for _epoch in range(settings.epochs)
        for chosen in torch.randperm(rows, generator=generator).split(settings.minibatch_size)
    ]
    for number, chosen in enumerate(steps):
        read = experience.texts[number :: len(steps)]
        minibatch = _minibatch(experience, chosen, continued(read, pad_id), settings.part_tokens)
        _policy_step(models.policy, learners.policy, minibatch, settings, sums)
        sums.value_loss += _critic_step(models.critic, learners.critic, minibatch.parts, settings)
    tokens = int(experience.judged.rollout.mask.sum()) * settings.epochs
    foretold = sum(len(row) - 1 for row in experience.texts)
    return Update(
        policy_loss=sums.policy_loss / tokens,
        value_loss=sums.value_loss / tokens,
        entropy=sums.entropy / tokens,
        clip_fraction=sums.clipped / tokens,
        pretraining_loss=sums.missed / foretold if foretold else None,
    )


def _logprobs_while_learning(models: Models, experience: Experience, settings: PPOSettings) -> Experience:
    """In bfloat16, with the log-probabilities that the policy has in it, so that the first ratios are 1:
    exactly for rows in the same company, up to the rounding of bfloat16 for rows in another."""
    policy, rollout = models.policy, experience.judged.rollout
    if dtype_while_learning(policy, settings.precision) is torch.float32:
        return experience
    with passing(policy, settings.precision):
        answered = rollout.answered(models.tokenizer.pad_token_id)
        logprobs = score_logprobs(policy, answered, settings.temperature)
    judged = replace(experience.judged, rollout=replace(rollout, logprobs=logprobs))
    return replace(experience, judged=judged)


def _values_while_learning(models: Models, experience: Experience, settings: PPOSettings) -> Experience:
    """In bfloat16, with the values that the critic has in it, around which new ones are clipped; the returns
    and advantages stay."""
    critic, rollout = models.critic, experience.judged.rollout
    if dtype_while_learning(critic.model, settings.precision) is torch.float32:
        return experience
    with passing(critic.model, settings.precision):
        values = score_values(critic, rollout.answered(models.tokenizer.pad_token_id))
    return replace(experience, values=values)


def update_critic(
    models: Models,
    learners: Optimisers,
    experience: Experience,
    settings: PPOSettings,
    generator: torch.Generator,
) -> None:
    """Passes once over the experience in minibatches, one step of the critic each; the policy stays."""
    experience = _values_while_learning(models, experience, settings)
    nothing_read = continued([], models.tokenizer.pad_token_id)
    for chosen in torch.randperm(len(experience.values), generator=generator).split(settings.minibatch_size):
        minibatch = _minibatch(experience, chosen.tolist(), nothing_read, settings.part_tokens)
        _critic_step(models.critic, learners.critic, minibatch.parts, settings)


def _policy_step(
    policy: PreTrainedModel, optimiser: AdamW, minibatch: _Minibatch, settings: PPOSettings, sums: _Sums
) -> None:
    """One step, whose loss, entropy, clipped ratios and loss on texts are added to the sums."""
    optimiser.zero_grad(set_to_none=True)
    for part in minibatch.parts:
        with passing(policy, settings.precision):
            logits = response_logits(policy, part.rows, settings.temperature)
        log_ratio = token_logprobs(logits, part.rows.responses) - part.logprobs
        loss = policy_loss(log_ratio, part.advantages, settings.clip).sum()
        (loss / part.tokens).backward()
        sums.policy_loss += loss.item()
        sums.entropy += entropy(logits.detach()).sum().item()
        sums.clipped += ((log_ratio.detach().exp() - 1).abs() > settings.clip).sum().item()
    for rows in minibatch.texts:
        with passing(policy, settings.precision):
            logits = response_logits(policy, rows, temperature=1.0)
        missed = -token_logprobs(logits, rows.responses).sum()
        (settings.pretraining_coef * missed / minibatch.text_tokens).backward()
        sums.missed += missed.item()
    _step(optimiser, settings.grad_clip)


def _critic_step(critic: Critic, optimiser: AdamW, parts: Sequence[_Part], settings: PPOSettings) -> float:
    """One step; the loss summed over tokens."""
    total = 0.0
    optimiser.zero_grad(set_to_none=True)
    for part in parts:
        with passing(critic.model, settings.precision):
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


def _minibatch(experience: Experience, chosen: Sequence[int], read: Answered, part_tokens: int) -> _Minibatch:
    """The chosen rows and these texts, both in parts of like length."""
    rollout = experience.judged.rollout
    answered, mask = rollout.answered(read.pad_id), rollout.mask.bool()
    parts = [
        _Part(
            rows=answered.joined(at),
            logprobs=rollout.logprobs[at][mask[at]],
            values=experience.values[at][mask[at]],
            advantages=experience.advantages[at][mask[at]],
            returns=experience.returns[at][mask[at]],
            tokens=int(mask[list(chosen)].sum()),
        )
        for at in answered.buckets(chosen, part_tokens)
    ]
    buckets = read.buckets(range(len(read.responses)), part_tokens)
    return _Minibatch(
        parts=parts,
        texts=[read.joined(at) for at in buckets],
        text_tokens=sum(map(len, read.responses)),
    )
