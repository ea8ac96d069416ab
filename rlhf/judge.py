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
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import context, load_reward_model, load_tokenizer
from rlhf.prompts import TrainPrompt
from rlhf.reward_models.elements import Answer, answer
from rlhf.rewards import gate
from rlhf.scoring import score_responses
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
    """Both reward models and the probability of being safe below which safety alone counts."""

    helpfulness: PreTrainedModel
    safety: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    threshold: float

    @staticmethod
    def load(paths: RewardModels, threshold: float) -> RewardJudge:
        """The judge of these two models, which share a tokenizer."""
        return RewardJudge(
            helpfulness=load_reward_model(paths.helpfulness),
            safety=load_reward_model(paths.safety),
            tokenizer=load_tokenizer(paths.safety),
            threshold=threshold,
        )

    def scores(self, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> Scores:
        """Scores [N] of each text as the response to the prompt beside it."""
        answers = self._answers(prompts, texts)
        helpfulness = self._score(self.helpfulness, answers)
        safety = self._score(self.safety, answers)
        is_safety = torch.tensor([prompt.is_safety for prompt in prompts], dtype=torch.bool)
        gated = gate(helpfulness, safety, is_safety, self.threshold)
        return Scores(helpfulness=helpfulness, safety=safety, gated=gated)

    def _score(self, model: PreTrainedModel, answers: Sequence[Answer]) -> Tensor:
        prompts, responses = [one.prompt for one in answers], [one.response for one in answers]
        return score_responses(model, prompts, responses, self.tokenizer.pad_token_id)

    def _answers(self, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> list[Answer]:
        """Token ids; a conversation longer than the model's context loses its beginning."""
        longest = context(self.safety) or sys.maxsize
        read: dict[tuple[Turn, ...], list[int]] = {}
        for prompt in prompts:
            if prompt.turns not in read:
                read[prompt.turns] = prompt_ids(self.tokenizer, prompt.turns)
        return [
            answer(read[prompt.turns], response_ids(self.tokenizer, text), longest)
            for prompt, text in zip(prompts, texts, strict=True)
        ]
