"""One pass of a model over padded rows.

Rows padded on the right need neither mask nor places, since causal attention never looks ahead; under left
padding learned positions go wrong unless the places are given. Only response tokens pass the vocabulary's
head. Knows nothing of losses or sampling.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rlhf.collate import Joined
from rlhf.tree import ALONE, PART_TOKENS, Packed, visible

TREES = frozenset({"gemma", "gpt2", "gpt_neox", "llama", "mistral", "olmo2", "qwen2", "qwen3", "smollm3"})
"""Architectures (`model_type`) that were tried with several responses side by side in a row."""

WIDEST = 2048
"""The largest room in a row, however wide the model."""

GPU_TOKENS = 65_536
"""Padded tokens that pass a model at a time on a GPU, which many small passes would leave idle."""


def backbone(model: PreTrainedModel) -> nn.Module:
    """The model without its head."""
    body: nn.Module = model.base_model
    return body


def places(model: nn.Module, ids: Tensor) -> dict[str, Tensor]:
    """These position ids [B, T] as the architecture wants them, or nothing if it takes none (ALiBi)."""
    return {"position_ids": ids} if _takes_places(type(model).forward) else {}


@functools.cache
def _takes_places(forward: Callable[..., Any]) -> bool:
    return "position_ids" in inspect.signature(forward).parameters


def hidden_states(model: PreTrainedModel, ids: Tensor) -> Tensor:
    """The last layer's states [B, T, d] of rows padded on the right, which no real token sees."""
    states: Tensor = backbone(model)(input_ids=ids, use_cache=False).last_hidden_state
    return states


def room(model: PreTrainedModel) -> int:
    """The room of rows of `tree.pack` for this model: twice its width.

    Let a token cost as much as 2·room places that it looks back on: by their products it is six times the
    width of a usual model, by the clock less, for attention is the slower at them. A row of S response tokens
    then costs its prompt of P tokens again for little when S is large, and the square for little when S is
    small; the best S is √(P² + 2·room·P), about P + room. A response stands alone unless attention obeys a
    mask and places are given: not with ALiBi (Bloom, MPT), a sliding window (Mistral), a state instead of
    attention (Mamba), nor where nobody tried.
    """
    return min(WIDEST, 2 * int(model.config.hidden_size)) if obeys_masks(model) else ALONE


def obeys_masks(model: PreTrainedModel) -> bool:
    """Whether every layer sees just what a mask and places say, in an architecture that was tried."""
    config = model.config
    windowed = getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    return config.model_type in TREES and not windowed and config._attn_implementation == "sdpa"


def tokens_at_once() -> int:
    """Padded tokens of a part of `tree.pack`, where the model learns, and of prompts that are read."""
    return GPU_TOKENS if torch.cuda.is_available() else PART_TOKENS


def last_states(model: PreTrainedModel, packed: Packed) -> Tensor:
    """The last layer's states [N, d] at the last token of each response."""
    if packed.is_plain:
        states = hidden_states(model, packed.ids)
    else:
        states = backbone(model)(
            input_ids=packed.ids,
            attention_mask=visible(packed),
            position_ids=packed.positions,
            use_cache=False,
        ).last_hidden_state
    row, column = packed.ends.unbind(1)
    return states[row, column]


def response_logits(policy: PreTrainedModel, rows: Joined, temperature: float) -> Tensor:
    """Logits / temperature [n, V], float32, from which each response token was drawn."""
    before = rows.is_before
    # Only these states reach the head, whatever the architecture does to its logits afterwards.
    hook = policy.get_output_embeddings().register_forward_pre_hook(lambda _head, states: states[0][before])
    try:
        logits: Tensor = policy(input_ids=rows.ids, use_cache=False).logits.float()
    finally:
        hook.remove()
    return logits if temperature == 1 else logits / temperature


def token_logprobs(logits: Tensor, tokens: Tensor) -> Tensor:
    """log p(token) [...] under logits [..., V]."""
    drawn = logits.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return drawn - torch.logsumexp(logits, dim=-1)
