"""What models say of many responses, in batches of like length: scores, log-probabilities, values.

A score is the head's output at the last real token, the end token of a finished response, found by the
mask and not by comparing ids. Knows nothing of where the responses come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel

from rlhf.collate import Answered, Joined, Row, length_buckets
from rlhf.forward import last_states, response_logits, room, token_logprobs
from rlhf.models import Critic, scoring_head
from rlhf.tree import Packed, lay, packed_length, side_by_side

BATCH_TOKENS = 1024
"""Padded tokens a batch, or one row: enough to fill a core, little enough for its cache."""


def packed_scores(model: PreTrainedModel, packed: Packed) -> Tensor:
    """Raw scores [N] of packed responses."""
    scores: Tensor = scoring_head(model)(last_states(model, packed)).squeeze(-1)
    return scores


@torch.no_grad()
def score_responses(
    model: PreTrainedModel, prompts: Sequence[Row], responses: Sequence[Row], pad_id: int
) -> Tensor:
    """Raw scores [N] of responses to the prompts beside them, in their order; equal prompts pass once."""
    scores = torch.empty(len(responses))
    rows = side_by_side(prompts, responses, room(model))
    lengths = [packed_length(prompts, responses, row) for row in rows]
    for bucket in length_buckets(lengths, BATCH_TOKENS):
        numbers = [number for place in bucket for number in rows[place]]
        places = {number: place for place, number in enumerate(numbers)}
        packed = lay(
            [prompts[number] for number in numbers],
            [responses[number] for number in numbers],
            [[places[number] for number in rows[place]] for place in bucket],
            pad_id,
        )
        scores[numbers] = packed_scores(model, packed).float()
    return scores


def response_values(critic: Critic, rows: Joined) -> Tensor:
    """The critic's values [n] just before each response token is drawn."""
    values: Tensor = critic(rows.ids)[rows.is_before]
    return values


def score_logprobs(policy: PreTrainedModel, answered: Answered, temperature: float) -> Tensor:
    """log π [N, R] of the response tokens at this temperature."""
    return _by_length(
        lambda rows: token_logprobs(response_logits(policy, rows, temperature), rows.responses), answered
    )


def score_values(critic: Critic, answered: Answered) -> Tensor:
    """The critic's values [N, R] just before each response token is drawn."""
    return _by_length(lambda rows: response_values(critic, rows), answered)


@torch.no_grad()
def _by_length(measure: Callable[[Joined], Tensor], answered: Answered) -> Tensor:
    """What `measure` says of every response token, padded on the right with 0, in the rows' order."""
    lengths = torch.tensor([len(row) for row in answered.responses])
    mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)
    out = torch.zeros(mask.shape)
    for at in answered.buckets(range(len(lengths)), BATCH_TOKENS):
        out[at] = out[at].masked_scatter(mask[at], measure(answered.joined(at)))
    return out
