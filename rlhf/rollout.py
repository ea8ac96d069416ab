"""K responses to each prompt, with the log-probability of every token from the pass that drew it.

Each prompt is read once and its cache forked K times; prompts of like length are decoded side by side, and
rows that have ended leave the batch. Every response has a seed of its own, from which all its random numbers
come, so that it can be drawn again by itself (up to the rounding of sums, which another batch may order
otherwise). Knows nothing of rewards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import response_text
from rlhf.collate import Answered, Row
from rlhf.config import RolloutSettings
from rlhf.decoding import Page, Way, write
from rlhf.models import context
from rlhf.seeds import draw_seeds, uniforms
from store.errors import HoneError


class RolloutError(HoneError):
    """Prompts that cannot be answered, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response as others keep it; `logprob` sums its tokens, in nats, at the sampling temperature."""

    text: str
    finish_reason: str
    token_count: int
    logprob: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """N·K responses, those of one prompt beside each other.

    `ids`, `mask` and `logprobs` are [N·K, R], padded on the right; `ids` end with the end token where
    `finished` [N·K], otherwise the response was cut. `logprobs` are of the whole distribution at the
    sampling temperature, not of the nucleus. `seeds` [N·K] draw Hone's own responses again. `prompts`
    are as they were read, `truncated` of them shortened.
    """

    prompts: tuple[tuple[int, ...], ...]
    prompt_index: Tensor
    ids: Tensor
    mask: Tensor
    logprobs: Tensor
    finished: Tensor
    seeds: Tensor
    truncated: int

    def rows(self) -> list[list[int]]:
        """Each response's ids without padding."""
        lengths = self.mask.sum(dim=1).tolist()
        return [row[:length] for row, length in zip(self.ids.tolist(), lengths, strict=True)]

    def prompt_rows(self) -> list[tuple[int, ...]]:
        """Each response's prompt."""
        return [self.prompts[index] for index in self.prompt_index.tolist()]

    def answered(self, pad_id: int) -> Answered:
        """Each response beside its prompt."""
        return Answered(prompts=self.prompt_rows(), responses=self.rows(), pad_id=pad_id)

    def texts(self, tokenizer: PreTrainedTokenizerBase) -> list[str]:
        """Each response's words."""
        return [response_text(tokenizer, row) for row in self.rows()]

    def answers(self, tokenizer: PreTrainedTokenizerBase) -> list[Answer]:
        """Each response as others keep it."""
        sums = (self.logprobs * self.mask).sum(dim=1).tolist()
        columns = (self.rows(), self.finished.tolist(), sums, self.seeds.tolist())
        return [
            Answer(
                text=response_text(tokenizer, row),
                finish_reason="stop" if stopped else "length",
                token_count=len(row),
                logprob=total,
                seed=seed,
            )
            for row, stopped, total, seed in zip(*columns, strict=True)
        ]


def sample(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Row],
    settings: RolloutSettings,
    generator: torch.Generator,
) -> Rollout:
    """`settings.samples` responses to each prompt; the same generator state gives the same responses."""
    seeds = draw_seeds(len(prompts) * settings.samples, generator)
    return sample_seeded(policy, tokenizer, prompts, settings, seeds)


def redraw(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompt: Row,
    settings: RolloutSettings,
    seed: int,
) -> Answer:
    """The response that this seed gave, by itself; of the settings only K may differ."""
    alone = sample_seeded(policy, tokenizer, [prompt], replace(settings, samples=1), [seed])
    return alone.answers(tokenizer)[0]


@torch.no_grad()
def sample_seeded(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Row],
    settings: RolloutSettings,
    seeds: Sequence[int],
) -> Rollout:
    """A response for each of the N·K seeds, K of a prompt beside each other."""
    if not prompts:
        raise RolloutError("There is no prompt to answer; pass at least one.")
    limit = prompt_limit(policy, settings)
    read = tuple(tuple(row[-limit:]) for row in prompts)
    numbers = uniforms(seeds, settings.max_new_tokens)
    page = Page.blank(numbers.to(policy.device), tokenizer.pad_token_id)
    way = Way(
        samples=settings.samples,
        temperature=settings.temperature,
        top_p=settings.top_p,
        end_id=tokenizer.eos_token_id,
        pad_id=tokenizer.pad_token_id,
    )
    for bucket in _buckets(read, max(1, settings.rows // settings.samples)):
        write(policy, [read[index] for index in bucket], bucket, page, way)
    truncated = sum(len(row) > limit for row in prompts)
    return _rollout(page, read, truncated, seeds, way)


def prompt_limit(policy: PreTrainedModel, settings: RolloutSettings) -> int:
    """The longest prompt that leaves the policy's context room for a whole response."""
    return longest_prompt(context(policy), settings)


def longest_prompt(longest: int | None, settings: RolloutSettings) -> int:
    """The same of a policy that reads `longest` tokens, or any number."""
    room = settings.max_prompt_tokens if longest is None else longest - settings.max_new_tokens
    if room < 1:
        raise RolloutError(
            f"The policy reads {longest} tokens, which leaves no room for a prompt before a response of "
            f"{settings.max_new_tokens}; set max_new_tokens below {longest}."
        )
    return min(room, settings.max_prompt_tokens)


def _buckets(prompts: Sequence[Row], size: int) -> list[list[int]]:
    """Indices of prompts, `size` of like length at a time."""
    order = sorted(range(len(prompts)), key=lambda index: (len(prompts[index]), index))
    return [order[start : start + size] for start in range(0, len(order), size)]


def _rollout(
    page: Page, prompts: tuple[tuple[int, ...], ...], truncated: int, seeds: Sequence[int], way: Way
) -> Rollout:
    written = page.written.cpu()
    length = int(written.max())
    ids = page.ids[:, :length].cpu()
    last = ids.gather(1, (written - 1).unsqueeze(1)).squeeze(1)
    return Rollout(
        prompts=prompts,
        prompt_index=torch.arange(len(prompts)).repeat_interleave(way.samples),
        ids=ids,
        mask=(torch.arange(length) < written.unsqueeze(1)).long(),
        logprobs=page.logprobs[:, :length].cpu(),
        finished=last == way.end_id,
        seeds=torch.tensor(seeds),
        truncated=truncated,
    )
