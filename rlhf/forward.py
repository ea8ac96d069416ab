"""One pass of a model over padded rows.

Rows padded on the right need neither mask nor places, since causal attention never looks ahead; under left
padding learned positions go wrong unless the places are given. Only response tokens pass the vocabulary's
head. Knows nothing of losses or sampling.
"""

from __future__ import annotations

import inspect

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from rlhf.collate import Joined, positions


def backbone(model: PreTrainedModel) -> nn.Module:
    """The model without its head."""
    body: nn.Module = model.base_model
    return body


def places(model: nn.Module, mask: Tensor) -> dict[str, Tensor]:
    """The position ids that the architecture wants with this mask, or nothing if it takes none (ALiBi)."""
    wanted = "position_ids" in inspect.signature(model.forward).parameters
    return {"position_ids": positions(mask)} if wanted else {}


def hidden_states(model: PreTrainedModel, ids: Tensor) -> Tensor:
    """The last layer's states [B, T, d] of rows padded on the right, which no real token sees."""
    states: Tensor = backbone(model)(input_ids=ids, use_cache=False).last_hidden_state
    return states


def response_logits(policy: PreTrainedModel, rows: Joined, temperature: float) -> Tensor:
    """Logits / temperature [n, V] from which each response token was drawn."""
    before = rows.is_before
    # Only these states reach the head, whatever the architecture does to its logits afterwards.
    hook = policy.get_output_embeddings().register_forward_pre_hook(lambda _head, states: states[0][before])
    try:
        logits: Tensor = policy(input_ids=rows.ids, use_cache=False).logits
    finally:
        hook.remove()
    return logits if temperature == 1 else logits / temperature


def token_logprobs(logits: Tensor, tokens: Tensor) -> Tensor:
    """log p(token) [...] under logits [..., V]."""
    drawn = logits.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return drawn - torch.logsumexp(logits, dim=-1)
