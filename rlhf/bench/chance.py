"""Whether `rollout.sample` and transformers' `generate` draw whole responses as often as the model says.

A model of six tokens and responses of at most three can be enumerated: each response's probability is known,
and Pearson's χ² says how far the counts are from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from types import SimpleNamespace
from typing import Any, Final

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel

from rlhf.config import RolloutSettings
from rlhf.rollout import sample

PAD, END = 0, 1
VOCABULARY: Final = 6
LONGEST: Final = 3
DRAWS: Final = 4000
LEAST: Final = 1e-3
"""A sampler is wrong where the χ² of its counts is as high as this rarely by chance."""
EXPECTED: Final = 5.0
"""Responses that are expected less often than this are counted together, as is usual with χ²."""
PROMPT: Final = (2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SameChance:
    """How likely counts at least so far from the model's probabilities are by chance."""

    responses: int
    draws: int
    ours: float
    theirs: float

    @property
    def is_same(self) -> bool:
        """Whether neither is out of the ordinary."""
        return min(self.ours, self.theirs) >= LEAST

    def lines(self) -> list[str]:
        """In words."""
        return [
            f"{self.draws} draws among {self.responses} whole responses against the model's probabilities: "
            f"χ² at least as high by chance {self.ours:.2f} (Hone) and {self.theirs:.2f} (generate)"
        ]


def same_chance() -> SameChance:
    """Draws with both."""
    model = small_model()
    chances = probabilities(model, PROMPT)
    return SameChance(
        responses=len(chances),
        draws=DRAWS,
        ours=p_value(_counted(by_hone(model, DRAWS), chances), list(chances.values())),
        theirs=p_value(_counted(by_generate(model, DRAWS), chances), list(chances.values())),
    )


def small_model() -> PreTrainedModel:
    """A random Llama of six tokens."""
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=16,
        initializer_range=0.5,
        pad_token_id=PAD,
        eos_token_id=END,
        bos_token_id=None,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LlamaForCausalLM(config).eval()


@torch.no_grad()
def probabilities(model: PreTrainedModel, prompt: Sequence[int]) -> dict[tuple[int, ...], float]:
    """The probability of every whole response, which ends or is as long as may be."""
    chances: dict[tuple[int, ...], float] = {}
    for length in range(1, LONGEST + 1):
        others = [token for token in range(VOCABULARY) if token != END]
        last = [END] if length < LONGEST else list(range(VOCABULARY))
        for response in product(*[others] * (length - 1), last):
            ids = torch.tensor([[*prompt, *response]])
            logits = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].double()
            drawn = logits.log_softmax(-1).gather(1, torch.tensor(response).unsqueeze(1))
            chances[response] = drawn.sum().exp().item()
    return chances


def by_hone(model: PreTrainedModel, draws: int) -> list[tuple[int, ...]]:
    """So many responses, drawn by Hone; a hundred share the prompt."""
    tokenizer: Any = SimpleNamespace(eos_token_id=END, pad_token_id=PAD)
    how = RolloutSettings(samples=100, max_new_tokens=LONGEST, rows=draws)
    prompts = [PROMPT] * (draws // 100)
    rollout = sample(model, tokenizer, prompts, how, torch.Generator().manual_seed(1))
    return [tuple(row) for row in rollout.rows()]


@torch.no_grad()
def by_generate(model: PreTrainedModel, draws: int) -> list[tuple[int, ...]]:
    """The same, drawn by transformers."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        whole: Tensor = model.generate(  # type: ignore[operator]  # a mixin of every decoder
            input_ids=torch.tensor([PROMPT]),
            attention_mask=torch.ones(1, len(PROMPT), dtype=torch.long),
            do_sample=True,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            num_return_sequences=draws,
            max_new_tokens=LONGEST,
            eos_token_id=END,
            pad_token_id=PAD,
        )
    rows = whole[:, len(PROMPT) :].tolist()
    return [tuple(row[: row.index(END) + 1] if END in row else row) for row in rows]


def _counted(drawn: Sequence[tuple[int, ...]], chances: dict[tuple[int, ...], float]) -> list[int]:
    counts = Counter(drawn)
    return [counts[response] for response in chances]


def p_value(counts: Sequence[int], chances: Sequence[float]) -> float:
    """How often Pearson's χ² is at least as high by chance; what is rarely expected is one class.

    Counts of what cannot be are lost to every class, and show as one that is too small.
    """
    draws = sum(counts)
    common = [(count, draws * chance) for count, chance in zip(counts, chances, strict=True)]
    classes = [pair for pair in common if pair[1] >= EXPECTED]
    rare = [pair for pair in common if pair[1] < EXPECTED]
    if rare:
        classes.append((sum(count for count, _ in rare), sum(expected for _, expected in rare)))
    squares = sum((count - expected) ** 2 / expected for count, expected in classes)
    half = torch.tensor([(len(classes) - 1) / 2, squares / 2], dtype=torch.double)
    return float(torch.special.gammaincc(half[0], half[1]))
