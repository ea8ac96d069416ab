"""Several samples of each prompt, with the reward of each: what rejection sampling chooses from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from rlhf.best_of import best
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.judge import RewardJudge
from rlhf.pool import Sampled
from rlhf.prompts import TrainPrompt
from rlhf.writer import Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """K samples of each of P prompts: texts, prompt by prompt; gated raw rewards and whether ended [P, K]."""

    prompts: tuple[TrainPrompt, ...]
    texts: tuple[str, ...]
    rewards: Tensor
    finished: Tensor

    def worth(self, floor: float) -> Tensor:
        """Rewards [P, K], the `floor` in place of those of samples that never ended, which are never kept."""
        return self.rewards.where(self.finished, floor)

    def bests(self) -> list[Sampled]:
        """The best sample of each prompt, among those that ended; a prompt without one is left out."""
        samples = self.rewards.shape[1]
        among = self.rewards.masked_fill(~self.finished, -torch.inf)
        return [
            Sampled(prompt=prompt, text=self.texts[row * samples + column], reward=among[row, column].item())
            for row, (prompt, column) in enumerate(zip(self.prompts, best(among).tolist(), strict=True))
            if self.finished[row, column]
        ]

    def first(self, samples: int) -> Candidates:
        """The first so many samples of each prompt."""
        every = self.rewards.shape[1]
        return Candidates(
            prompts=self.prompts,
            texts=tuple(text for place, text in enumerate(self.texts) if place % every < samples),
            rewards=self.rewards[:, :samples],
            finished=self.finished[:, :samples],
        )


def lowest(parts: Iterable[Candidates]) -> float:
    """The lowest reward of a sample that ended, 0 where none did: one floor for all that is compared."""
    return min((reward for part in parts for reward in part.rewards[part.finished].tolist()), default=0.0)


def join_candidates(parts: Sequence[Candidates]) -> Candidates:
    """Candidates of different prompts, one after the other."""
    return Candidates(
        prompts=tuple(prompt for part in parts for prompt in part.prompts),
        texts=tuple(text for part in parts for text in part.texts),
        rewards=torch.cat([part.rewards for part in parts]),
        finished=torch.cat([part.finished for part in parts]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """The policy that answers, and the reward models that judge."""

    writer: Writer
    judge: RewardJudge

    def draw(
        self, prompts: Sequence[TrainPrompt], settings: RolloutSettings, generator: Generator
    ) -> Candidates:
        """`settings.samples` responses to each prompt and their rewards."""
        tokenizer = self.writer.tokenizer
        rows = [prompt_ids(tokenizer, prompt.turns) for prompt in prompts]
        rollout = self.writer.write(rows, settings, generator)
        texts = rollout.texts(tokenizer)
        asked = [prompt for prompt in prompts for _ in range(settings.samples)]
        shape = (len(prompts), settings.samples)
        return Candidates(
            prompts=tuple(prompts),
            texts=tuple(texts),
            rewards=self.judge.scores(asked, texts).gated.reshape(shape),
            finished=rollout.finished.reshape(shape),
        )
