"""Those who take part in PPO as models of their own: five in memory, of which two learn whole."""

from __future__ import annotations

from dataclasses import dataclass

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.judge import RewardJudge
from rlhf.models import Critic


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparateModels:
    """The `experience.Models` of which none silences another."""

    tokenizer: PreTrainedTokenizerBase
    policy: PreTrainedModel
    reference: PreTrainedModel
    critic: Critic
    judge: RewardJudge
