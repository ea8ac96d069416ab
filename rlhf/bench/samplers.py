"""The two ways in which `hone bench rollout` draws responses, and the models and prompts that it asks.

Each gives how many tokens its responses have: the end token counts, what fills up a row after it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from rlhf.bench.data import pocket_policy, pocket_prompts
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.models import load_policy, load_tokenizer
from rlhf.rollout import sample

LENGTHS: Final = (32, 256)
"""Tokens of a prompt."""
SAMPLES: Final = (8, 16)
NEW_TOKENS: Final = 64
"""The longest response: as long as the pocket world's are."""
SEED: Final = 0
TALKS: Final = 500
"""Conversations whose ends make prompts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A model and prompts of one length, each answered `samples` times."""

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    prompts: list[list[int]]
    samples: int


def cases(rows: int) -> list[Case]:
    """Both models, both lengths, both K, with about so many responses each."""
    tokenizer = load_tokenizer(pocket_policy())
    models = {"pocket policy": load_policy(pocket_policy()), "random Llama of 8.9M": wide_llama(tokenizer)}
    return [
        Case(
            name=name,
            model=model,
            tokenizer=tokenizer,
            prompts=prompts(tokenizer, max(1, rows // samples), length),
            samples=samples,
        )
        for name, model in models.items()
        for length in LENGTHS
        for samples in SAMPLES
    ]


def wide_llama(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """6 layers of width 256 over 8192 tokens, at random: it hardly ever ends a response by itself."""
    config = LlamaConfig(
        vocab_size=8192,
        hidden_size=256,
        intermediate_size=688,
        num_hidden_layers=6,
        num_attention_heads=8,
        max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return LlamaForCausalLM(config).eval()


def prompts(tokenizer: PreTrainedTokenizerBase, count: int, length: int) -> list[list[int]]:
    """The ends of conversations of the pocket world, one after the other until they are long enough."""
    rng = Random(SEED)  # noqa: S311  # repeatable, not secret
    spoken = [prompt_ids(tokenizer, prompt.turns) for prompt in pocket_prompts(TALKS, SEED)]
    rows = []
    for _ in range(count):
        row: list[int] = []
        while len(row) < length:
            row = [*rng.choice(spoken), *row]
        rows.append(row[-length:])
    return rows


def by_hone(case: Case, seed: int) -> Tensor:
    """Tokens of each response [N·K]."""
    how = RolloutSettings(
        samples=case.samples, max_new_tokens=NEW_TOKENS, rows=len(case.prompts) * case.samples
    )
    generator = torch.Generator().manual_seed(seed)
    return sample(case.model, case.tokenizer, case.prompts, how, generator).mask.sum(dim=1)


@torch.no_grad()
def by_generate(case: Case, seed: int) -> Tensor:
    """The same, drawn by transformers."""
    ids = torch.tensor(case.prompts)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        whole = case.model.generate(  # type: ignore[operator]  # a mixin of every decoder
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            num_return_sequences=case.samples,
            max_new_tokens=NEW_TOKENS,
            eos_token_id=case.tokenizer.eos_token_id,
            pad_token_id=case.tokenizer.pad_token_id,
        )
    ended = (whole[:, ids.shape[1] :] == case.tokenizer.eos_token_id).long().cumsum(dim=1)
    # before the first end token, and that token itself
    return (ended == 0).sum(dim=1) + (ended > 0).any(dim=1)
