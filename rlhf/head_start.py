"""A critic's head start, before the policy's first step: it learns what the policy's answers come to.

A reward model was taught to speak at the last token alone, in units of its own. What it says before is noise,
which as a baseline is worse than none: its advantages would spend the policy's KL on chance. Yuan et al. 2025
(arXiv 2503.01491) call the cure value pretraining. Knows neither files nor when this is done.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Generator

from rlhf.experience import Judged, Models, value
from rlhf.policy_settings import PPOSettings
from rlhf.ppo_update import Optimisers, update_critic


def give_head_start(
    models: Models, learners: Optimisers, judged: Judged, settings: PPOSettings, generator: Generator
) -> None:
    """Passes `critic_head_start` times over the answers with the critic alone; the policy stays as it is.

    The returns are whole ones (λ = 1), which hold nothing of what the critic said, and its value is clipped
    around what it said before each pass.
    """
    whole = replace(settings, lam=1.0)
    for _pass in range(settings.critic_head_start):
        experience = value(models, judged, whole, settings.kl_coef)
        update_critic(models, learners, experience, settings, generator)
