"""Which training prompts only tell when a policy should stop learning, the same in every round."""

from __future__ import annotations

from typing import Final

from store.identity import identity

SHARE: Final = 10
"""One training prompt in so many is kept from sampling and demonstrations, to tell when PPO should stop;
reward models and DPO do learn from its labels. The held-out prompts only measure, and what they show decides
whether the policy is promoted."""


def is_watched(prompt_id: str) -> bool:
    """Whether a training prompt only tells when to stop."""
    return int(identity("watched", prompt_id), 16) % SHARE == 0
