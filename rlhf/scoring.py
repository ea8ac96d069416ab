"""What models say of many responses, in batches of like length: scores, log-probabilities, values.

A score is the head's output at the last real token, the end token of a finished response, found by the
mask and not by comparing ids. Knows nothing of where the responses come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import Joined, Padded, Row, join, length_buckets, pad_right
from rlhf.forward import hidden_states, response_logits, token_logprobs
from rlhf.models import Critic, scoring_head
from store.records import Turn

BATCH_TOKENS = 8192
"""Padded tokens a batch: enough to fill two cores, little enough for any machine."""


def last_token_scores(model: PreTrainedModel, rows: Padded) -> Tensor:
    """Raw scores [B] of right-padded rows; gradients flow, so that training and scoring read one number."""
    states = hidden_states(model, rows.ids, rows.mask)
    last = rows.mask.sum(dim=1) - 1
    scores: Tensor = scoring_head(model)(states[torch.arange(len(last)), last]).squeeze(-1)
    return scores


@torch.no_grad()
def score_rows(model: PreTrainedModel, rows: Sequence[Row], pad_id: int) -> Tensor:
    """Raw scores [N] of rows of prompt and response ids, in their order."""
    scores = torch.empty(len(rows))
    for bucket in length_buckets([len(row) for row in rows], BATCH_TOKENS):
        batch = pad_right([rows[index] for index in bucket], pad_id)
        scores[bucket] = last_token_scores(model, batch)
    return scores


def score_texts(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Sequence[Turn]],
    texts: Sequence[str],
    max_tokens: int,
) -> Tensor:
    """Raw scores [N] of texts as responses to prompts; longer rows than `max_tokens` lose their beginning."""
    rows = [
        (prompt_ids(tokenizer, turns) + response_ids(tokenizer, text))[-max_tokens:]
        for turns, text in zip(prompts, texts, strict=True)
    ]
    return score_rows(model, rows, tokenizer.pad_token_id)


def response_logprobs(policy: PreTrainedModel, rows: Joined, temperature: float) -> Tensor:
    """log π [B, R] of the response tokens at this temperature; padding's numbers mean nothing."""
    return token_logprobs(response_logits(policy, rows, temperature), rows.responses)


def response_values(critic: Critic, rows: Joined) -> Tensor:
    """The critic's values [B, R] just before each response token is drawn."""
    values: Tensor = critic(rows.ids, rows.mask)[:, -rows.response_length - 1 : -1]
    return values


@torch.no_grad()
def by_length(
    measure: Callable[[Joined], Tensor], prompts: Sequence[Row], responses: Sequence[Row], pad_id: int
) -> Tensor:
    """What `measure` says of every response token, [N, R] padded on the right with 0, in the rows' order."""
    out = torch.zeros(len(responses), max(len(row) for row in responses))
    lengths = [len(prompt) + len(row) for prompt, row in zip(prompts, responses, strict=True)]
    for bucket in length_buckets(lengths, BATCH_TOKENS):
        rows = join([prompts[index] for index in bucket], [responses[index] for index in bucket], pad_id)
        out[bucket, : rows.response_length] = measure(rows) * rows.response_mask
    return out
