"""One pass of a model over padded rows, with each token told its place.

Learned positions go wrong under left padding unless the places are given; rotary ones do not mind. Only the
columns that are asked for pass the vocabulary's head. Knows nothing of losses or sampling.
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


def hidden_states(model: PreTrainedModel, ids: Tensor, mask: Tensor) -> Tensor:
    """The last layer's states [B, T, d]."""
    body = backbone(model)
    out = body(input_ids=ids, attention_mask=mask, use_cache=False, **places(body, mask))
    states: Tensor = out.last_hidden_state
    return states


def response_logits(policy: PreTrainedModel, rows: Joined, temperature: float) -> Tensor:
    """Logits / temperature [B, R, V] from which each response token was drawn."""
    keep = rows.response_length + 1
    out = policy(
        input_ids=rows.ids,
        attention_mask=rows.mask,
        use_cache=False,
        logits_to_keep=keep,
        **places(policy, rows.mask),
    )
    # The column before a token predicts it; the last column predicts what nobody drew.
    logits: Tensor = out.logits[:, :-1]
    return logits if temperature == 1 else logits / temperature


def token_logprobs(logits: Tensor, tokens: Tensor) -> Tensor:
    """log p(token) [B, R] under logits [B, R, V]."""
    drawn = logits.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return drawn - torch.logsumexp(logits, dim=-1)
