"""What models say of many responses, in batches of like length: scores, log-probabilities, values.

A score is the head's output at the last real token, the end token of a finished response, found by the
mask and not by comparing ids. Knows nothing of where the responses come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import Answered, Joined, Row
from rlhf.forward import last_states, response_logits, room, token_logprobs
from rlhf.models import Critic, context, scoring_head
from rlhf.tree import Packed, pack
from store.records import Turn

BATCH_TOKENS = 1024
"""Padded tokens a batch, or one row, of which each response token may have logits over the vocabulary."""


def packed_scores(model: PreTrainedModel, parts: Iterable[Packed]) -> Tensor:
    """Raw scores [N] of the responses in these parts, in the order in which they were given to `pack`."""
    numbers, scores = [], []
    for packed in parts:
        numbers.append(packed.numbers)
        scores.append(scoring_head(model)(last_states(model, packed)).squeeze(-1).float())
    return torch.cat(scores)[torch.cat(numbers).argsort()]


@torch.no_grad()
def score_responses(
    model: PreTrainedModel, prompts: Sequence[Row], responses: Sequence[Row], pad_id: int
) -> Tensor:
    """Raw scores [N] of responses to the prompts beside them, in their order; equal prompts pass once."""
    if not responses:
        return torch.empty(0)
    return packed_scores(model, pack(prompts, responses, pad_id, room(model)))


def response_values(critic: Critic, rows: Joined) -> Tensor:
    """The critic's values [n], float32, just before each response token is drawn."""
    values: Tensor = critic(rows.ids)[rows.is_before].float()
    return values


def score_logprobs(policy: PreTrainedModel, answered: Answered, temperature: float) -> Tensor:
    """log π [N, R] of the response tokens at this temperature."""
    return _by_length(
        lambda rows: token_logprobs(response_logits(policy, rows, temperature), rows.responses), answered
    )


def total_logprobs(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[Sequence[Turn]],
    texts: Sequence[str],
) -> Tensor:
    """log π [N] of whole answers, their end token included, each after its conversation.

    A conversation that is longer than the policy reads loses its beginning.
    """
    if not texts:
        return torch.empty(0)
    responses, longest = [response_ids(tokenizer, text) for text in texts], context(policy)
    rows = zip((prompt_ids(tokenizer, turns) for turns in conversations), responses, strict=True)
    answered = Answered(
        prompts=[
            prompt if longest is None else prompt[-max(1, longest - len(response)) :]
            for prompt, response in rows
        ],
        responses=responses,
        pad_id=int(tokenizer.pad_token_id),
    )
    return score_logprobs(policy, answered, temperature=1.0).sum(dim=1)


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
