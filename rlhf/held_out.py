"""How good the policy is on prompts it never trains on: PPO's own objective, with the units held fixed.

The objective is that of training (whitened gated score, less the fine for no end, less β·KL), but whitened
by the first look's mean and deviation, so that looks can be compared. Knows no other judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from rlhf.divergence import response_kl
from rlhf.experience import Judged, Models, answer
from rlhf.masked import TINY
from rlhf.policy_settings import PPOSettings
from rlhf.prompts import TrainPrompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Mean and deviation of the gated scores at the first look."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Averages over the held-out prompts; scores are raw, `kl` is in nats a response."""

    objective: float
    reward: float
    helpfulness: float
    safety: float
    kl: float
    length: float
    finished: float
    units: Units


def look(
    models: Models, prompts: Sequence[TrainPrompt], settings: PPOSettings, seed: int, units: Units | None
) -> Look:
    """Answers every prompt once, always with the same random numbers; no `units` makes them here."""
    judged = answer(models, prompts, settings, torch.Generator().manual_seed(seed))
    units = units or _units(judged)
    kl = response_kl(judged.divergence, judged.rollout.mask).item()
    reward, finished = judged.scores.gated.mean().item(), judged.rollout.finished.float().mean().item()
    whitened = (reward - units.mean) / units.deviation
    return Look(
        objective=whitened - settings.missing_end_penalty * (1 - finished) - settings.kl_coef * kl,
        reward=reward,
        helpfulness=judged.scores.helpfulness.mean().item(),
        safety=judged.scores.safety.mean().item(),
        kl=kl,
        length=judged.rollout.mask.sum(dim=1).float().mean().item(),
        finished=finished,
        units=units,
    )


def _units(judged: Judged) -> Units:
    return Units(
        mean=judged.scores.gated.mean().item(),
        deviation=(judged.scores.gated.var(correction=0) + TINY).sqrt().item(),
    )
