"""Who takes part in a PPO run, and what is kept of them while it lasts. Knows neither of the two ways to hold
them in memory (`separate`, `one_base`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rlhf.experience import Models
from rlhf.judge import RewardModels
from rlhf.policy_settings import PPOSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """Who is to take part, and from which seed whatever is fresh about them is drawn."""

    policy: Path
    reward_models: RewardModels
    settings: PPOSettings
    seed: int


class Cast(Models, Protocol):
    """Models of which those who learn can be written."""

    def keep(self, folder: Path) -> None:
        """Writes what the policy and the critic learned so far, from which a run can go on."""

    def keep_best(self, out: Path) -> None:
        """Keeps the policy as it is now in the run's folder, in the place of the one before."""

    def finish(self, out: Path) -> None:
        """Leaves the kept policy as a plain one in `out/policy`; nobody is asked for any more."""
