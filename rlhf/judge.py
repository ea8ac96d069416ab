"""Who judges responses when no person does: the two reward models, and a gold judge where a world has one.

The reward models judge as they reward (Llama 2, §3.4.1). Their watchers, the last members of two ensembles,
and a gold judge are never trained against: they tell whether the policy truly got better. Knows nothing of
policies.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import load_tokenizer
from rlhf.policy_settings import JudgeSettings
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.elements import Answer, answer
from rlhf.reward_models.ensemble import Ensemble
from rlhf.reward_models.uncertainty import mean, penalised, worst
from rlhf.rewards import certain, gate
from store.records import Track, Turn


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
    """The folders of the two reward models, and how the members of each speak as one."""

    helpfulness: Path
    safety: Path
    judge: JudgeSettings = field(default_factory=JudgeSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Raw scores [N] of responses: of each reward model; `gated`, of the one that rewards, which the gate
    chooses unless the settings do; and the same of the watchers, whom nothing is trained against, if there
    are any.
    """

    helpfulness: Tensor
    safety: Tensor
    gated: Tensor
    watcher: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardJudge:
    """Both reward models, each an ensemble that speaks as one, and the probability of being safe below which
    safety alone counts.
    """

    helpfulness: Ensemble
    safety: Ensemble
    tokenizer: PreTrainedTokenizerBase
    threshold: float
    settings: JudgeSettings = field(default_factory=JudgeSettings)

    @staticmethod
    def load(paths: RewardModels, threshold: float) -> RewardJudge:
        """The judge of these two models, which share a tokenizer."""
        return RewardJudge(
            helpfulness=ensemble.load(paths.helpfulness),
            safety=ensemble.load(paths.safety),
            tokenizer=load_tokenizer(paths.safety),
            threshold=threshold,
            settings=paths.judge,
        )

    @property
    def has_watcher(self) -> bool:
        """Whether the last member of each ensemble is kept out of the reward, which wants two in both."""
        return self.settings.watcher and min(self.helpfulness.members, self.safety.members) > 1

    def scores(self, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> Scores:
        """Scores [N] of each text as the response to the prompt beside it."""
        answers = self._answers(prompts, texts)
        read, said = [one.prompt for one in answers], [one.response for one in answers]
        helpfulness = self.helpfulness.scores(read, said)
        safety = self.safety.scores(read, said)
        watcher = None
        if self.has_watcher:
            watcher = self._reward(prompts, helpfulness[-1], safety[-1])
            helpfulness, safety = helpfulness[:-1], safety[:-1]
        helpful, safe = self._as_one(helpfulness), self._as_one(safety)
        gated = self._reward(prompts, helpful, safe)
        return Scores(helpfulness=helpful, safety=safe, gated=gated, watcher=watcher)

    def opinions(self, track: Track, prompts: Sequence[TrainPrompt], texts: Sequence[str]) -> Tensor:
        """Raw scores [K, N] by each member of the track's own model, or of the one that rewards alone, the
        watcher too: by those that learn from a label of the track.
        """
        answers = self._answers(prompts, texts)
        gated = self.settings.reward == "gated"
        model = self.safety if track is Track.SAFETY and gated else self.helpfulness
        return model.scores([one.prompt for one in answers], [one.response for one in answers])

    def _as_one(self, scores: Tensor) -> Tensor:
        """The one voice [N] of the members' scores [K, N]."""
        if self.settings.combine == "worst":
            return worst(scores)
        if self.settings.combine == "penalised":
            return penalised(scores, self.settings.uncertainty_coef)
        return mean(scores)

    def _reward(self, prompts: Sequence[TrainPrompt], helpfulness: Tensor, safety: Tensor) -> Tensor:
        if self.settings.reward == "helpfulness":
            return certain(helpfulness)
        is_safety = torch.tensor([prompt.is_safety for prompt in prompts], dtype=torch.bool)
        return gate(helpfulness, safety, is_safety, self.threshold)

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
