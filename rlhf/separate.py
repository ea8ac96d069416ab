"""Those who take part in PPO as models of their own: five in memory, of which two learn whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.cast import Casting
from rlhf.judge import RewardJudge
from rlhf.models import Critic, load_policy, load_tokenizer, save


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparateModels:
    """The `cast.Cast` of which none silences another."""

    tokenizer: PreTrainedTokenizerBase
    policy: PreTrainedModel
    reference: PreTrainedModel
    critic: Critic
    judge: RewardJudge

    def keep(self, folder: Path) -> None:
        """Writes policy and critic."""
        save(self.policy, self.tokenizer, folder / "policy")
        save(self.critic.model, self.tokenizer, folder / "critic")

    def keep_best(self, out: Path) -> None:
        """Writes the policy where it is wanted in the end."""
        save(self.policy, self.tokenizer, out / "policy")

    def finish(self, out: Path) -> None:
        """The kept policy lies there already."""


def load(casting: Casting, kept: Path | None) -> SeparateModels:
    """Everybody; those who learn as they were kept there, or as they start."""
    return SeparateModels(
        tokenizer=load_tokenizer(casting.policy),
        policy=load_policy(kept / "policy" if kept else casting.policy),
        reference=load_policy(casting.policy),
        critic=Critic.load(kept / "critic" if kept else casting.reward_models.helpfulness),
        judge=RewardJudge.load(casting.reward_models, casting.settings.safety_gate),
    )
