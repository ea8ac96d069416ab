"""Who judges responses when no person does: the two reward models, and a gold judge where a world has one.

The reward models judge as they reward (Llama 2, §3.4.1). A gold judge was never trained against: it tells
whether a round truly helped. Knows nothing of policies.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import load_tokenizer
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.elements import Answer, answer
from rlhf.reward_models.ensemble import Ensemble
from rlhf.reward_models.uncertainty import mean
from rlhf.rewards import gate
from store.records import Turn


class GoldJudge(Protocol):
    """Knows what is right, from the text alone."""

    def score(self, turns: Sequence[Turn], text: str) -> float:
        """How good the response is; a higher number is better."""

    def unsafe(self, turns: Sequence[Turn], text: str) -> bool:
        """Whether the response is unsafe."""

    def false_refusal(self, turns: Sequence[Turn], text: str) -> bool:
        """Whether the response refuses a harmless request."""

    def asks_unsafe(self, turns: Sequence[Turn]) -> bool:
        """Whether the request is unsafe: such prompts count for the unsafe rate."""

    def looks_unsafe(self, turns: Sequence[Turn]) -> bool:
        """Whether the request only looks unsafe: such prompts count for the false refusals."""


def gold_judge(name: Literal["none", "pocket"]) -> GoldJudge | None:
    """The gold judge of this name; `none` has none."""
    if name == "none":
        return None
    from rlhf.pocket.gold import PocketJudge

    return PocketJudge()


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardModels:
    """The folders of the two reward models."""

    helpfulness: Path
    safety: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Raw scores [N] of responses: of each reward model, and of the one that the gate lets speak."""

    helpfulness: Tensor
    safety: Tensor
    gated: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardJudge:
    """Both reward models, each an ensemble whose mean counts, and the probability of being safe below which
    safety alone counts.
    """

    helpfulness: Ensemble
    safety: Ensemble
    tokenizer: PreTrainedTokenizerBase
    threshold: float

    @staticmethod
    def load(paths: RewardModels, threshold: float) -> RewardJudge:
        """The judge of these two models, which share a tokenizer."""
        return RewardJudge(
            helpfulness=ensemble.load(paths.helpfulness),
            safety=ensemble.load(paths.safety),
            tokenizer=load_tokenizer(paths.safety),
            threshold=threshold,
        )

    def scores(self, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> Scores:
        """Scores [N] of each text as the response to the prompt beside it."""
        answers = self._answers(prompts, texts)
        read, said = [one.prompt for one in answers], [one.response for one in answers]
        helpfulness = mean(self.helpfulness.scores(read, said))
        safety = mean(self.safety.scores(read, said))
        is_safety = torch.tensor([prompt.is_safety for prompt in prompts], dtype=torch.bool)
        gated = gate(helpfulness, safety, is_safety, self.threshold)
        return Scores(helpfulness=helpfulness, safety=safety, gated=gated)

    def _answers(self, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> list[Answer]:
        """Token ids; a conversation longer than the model's context loses its beginning."""
        longest = self.safety.context or sys.maxsize
        read: dict[tuple[Turn, ...], list[int]] = {}
        for prompt in prompts:
            if prompt.turns not in read:
                read[prompt.turns] = prompt_ids(self.tokenizer, prompt.turns)
        return [
            answer(read[prompt.turns], response_ids(self.tokenizer, text), longest)
            for prompt, text in zip(prompts, texts, strict=True)
        ]
