"""What PPO logs of an iteration: how the batch of answers does, and how the learning goes."""

from __future__ import annotations

from dataclasses import asdict

from rlhf.advantages import explained_variance
from rlhf.conduct import Batch, Watching, numbers, scores
from rlhf.experience import Experience
from rlhf.ppo_update import Update


def logged(batch: Batch, watching: Watching, experience: Experience, learned: Update) -> dict[str, float]:
    """`conduct.numbers` of the batch and means of the update over its tokens, whose entropy is the exact one;
    `explained_variance` is the critic's, before it learned from the batch."""
    rollout, said = batch.judged.rollout, scores(batch, watching.gold)
    return {
        **numbers(batch, said, watching.refusals),
        **{name: number for name, number in asdict(learned).items() if number is not None},
        "truncated_prompts": float(rollout.truncated),
        "explained_variance": explained_variance(experience.values, experience.returns, rollout.mask).item(),
    }
