"""The loop that writes responses token by token, for one batch of prompts.

A prompt is read once; its responses share what was read, or have copies of it where the architecture does
not let them. Rows that have ended leave the batch when enough of them have. Knows neither texts nor settings
files.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from rlhf.cache import is_roomy, lay_together, roomy_cache
from rlhf.collate import Row, length_buckets, pad_left, positions
from rlhf.common_prompts import CommonPrompts, reading_on
from rlhf.forward import obeys_masks, places, tokens_at_once
from rlhf.nucleus import draw, nucleus

CROWDED = 0.75
"""A batch shrinks once no more than this share of its rows is still being written: shrinking copies."""

SEVERAL = 3
"""Responses a prompt from which it pays to keep the prompts' keys apart and read them once for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How tokens are drawn: `samples` responses a prompt, up to the end token."""

    samples: int
    temperature: float
    top_p: float
    end_id: int
    pad_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is written: `ids`, `logprobs` and the random numbers that decide, [N, R]; `written` [N] tokens."""

    ids: Tensor
    logprobs: Tensor
    written: Tensor
    uniform: Tensor

    @staticmethod
    def blank(uniform: Tensor, pad_id: int) -> Page:
        """A page with room for as many tokens as there are random numbers [N, R]."""
        return Page(
            ids=torch.full_like(uniform, pad_id, dtype=torch.long),
            logprobs=torch.zeros_like(uniform),
            written=torch.zeros_like(uniform[:, 0], dtype=torch.long),
            uniform=uniform,
        )


@dataclass(slots=True, kw_only=True)
class _Batch:
    """The rows being decoded: which rows of the page they are, their cache, and the logits [B, V] in turn.

    `last` [B, 1] is the place of each row's newest token. `mask` [B, T] leaves room for what will be written;
    it is of the prompts too, unless they are kept apart in `common`.
    """

    rows: Tensor
    cache: DynamicCache
    mask: Tensor
    last: Tensor
    logits: Tensor
    is_open: Tensor
    common: CommonPrompts | None = None


def write(
    policy: PreTrainedModel, prompts: Sequence[Row], places_on_page: Sequence[int], page: Page, way: Way
) -> None:
    """Writes the responses to these prompts; prompt i's are rows i·K to i·K + K - 1 of the page."""
    room = page.ids.shape[1]
    batch = _fork(policy, _read(policy, prompts, places_on_page, room, way), way.samples, room)
    with nullcontext() if batch.common is None else reading_on(policy):
        for step in range(room):
            tokens = _draw(batch, page, step, way)
            batch.is_open &= tokens != way.end_id
            left = int(batch.is_open.sum())
            if left == 0 or step == room - 1:
                return
            if left <= CROWDED * len(tokens):
                tokens = tokens[batch.is_open]
                _shrink(batch)
            _advance(policy, batch, tokens)


def spoken(policy: PreTrainedModel, prompt: Row, uniform: Tensor, way: Way) -> Iterator[int]:
    """The tokens of one response as they are drawn, the end token too; at most one a random number [R].

    They are those that `write` writes with the same numbers. Between two of them others may be served.
    """
    page = Page.blank(uniform.unsqueeze(0).to(policy.device), way.pad_id)
    batch = _read(policy, [prompt], [0], len(uniform), way)
    for step in range(len(uniform)):
        tokens = _draw(batch, page, step, way)
        yield int(tokens)
        if int(tokens) == way.end_id or step == len(uniform) - 1:
            return
        _advance(policy, batch, tokens)


def _read(
    policy: PreTrainedModel, prompts: Sequence[Row], places_on_page: Sequence[int], room: int, way: Way
) -> _Batch:
    """Reads each prompt once, those of like length side by side, so that few are padded to the longest."""
    mask, cache = pad_left(prompts, way.pad_id).mask.to(policy.device), roomy_cache(policy.config, room)
    parts = length_buckets([len(prompt) for prompt in prompts], tokens_at_once())
    if len(parts) == 1 or not is_roomy(cache):
        logits = _read_into(cache, policy, prompts, way)
    else:
        caches = [roomy_cache(policy.config, 0) for _ in parts]
        read = [
            _read_into(apart, policy, [prompts[row] for row in rows], way)
            for apart, rows in zip(caches, parts, strict=True)
        ]
        cache = lay_together(cache, caches, parts)
        order = torch.tensor([row for rows in parts for row in rows], device=policy.device)
        logits = torch.cat(read)[order.argsort()]
    return _Batch(
        rows=torch.tensor(places_on_page, device=policy.device),
        cache=cache,
        mask=torch.cat([mask, mask.new_ones(len(mask), room)], dim=1),
        last=mask.sum(dim=1, keepdim=True) - 1,
        logits=logits,
        is_open=torch.ones(len(prompts), dtype=torch.bool, device=policy.device),
    )


def _read_into(cache: DynamicCache, policy: PreTrainedModel, prompts: Sequence[Row], way: Way) -> Tensor:
    """Keeps what was read in the empty cache; the logits [B, V] of what follows."""
    padded = pad_left(prompts, way.pad_id)
    ids, mask = padded.ids.to(policy.device), padded.mask.to(policy.device)
    out = policy(
        input_ids=ids,
        attention_mask=mask,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
        **places(policy, positions(mask)),
    )
    logits: Tensor = out.logits[:, -1]
    return logits


def _fork(policy: PreTrainedModel, batch: _Batch, samples: int, room: int) -> _Batch:
    """Each row becomes `samples` rows that share what was read."""
    common = None
    if samples >= SEVERAL and obeys_masks(policy):
        held = batch.cache.get_seq_length()
        common = CommonPrompts.of(batch.cache, batch.mask[:, :held], samples)
        batch.cache, batch.mask = roomy_cache(policy.config, room), batch.mask[:, held:]
    else:
        batch.cache.batch_repeat_interleave(samples)
    first = (batch.rows * samples).repeat_interleave(samples)
    return _Batch(
        rows=first + torch.arange(samples, device=first.device).repeat(len(batch.rows)),
        cache=batch.cache,
        mask=batch.mask.repeat_interleave(samples, dim=0),
        last=batch.last.repeat_interleave(samples, dim=0),
        logits=batch.logits.repeat_interleave(samples, dim=0),
        is_open=batch.is_open.repeat_interleave(samples),
        common=common,
    )


def _draw(batch: _Batch, page: Page, step: int, way: Way) -> Tensor:
    """One token a row [B], noted on the page where the row is still open."""
    logits = batch.logits.float()
    if way.temperature != 1:
        logits = logits / way.temperature
    highest = logits.amax(dim=-1, keepdim=True)
    weights = (logits - highest).exp_()
    total = weights.sum(dim=-1, keepdim=True)
    kept = weights if way.top_p >= 1 else nucleus(weights / total, way.top_p)
    tokens = draw(kept, page.uniform[batch.rows, step])
    drawn = logits.gather(1, tokens.unsqueeze(1))
    page.ids[batch.rows, step] = tokens.where(batch.is_open, way.pad_id)
    page.logprobs[batch.rows, step] = (drawn - highest - total.log()).squeeze(1) * batch.is_open
    page.written[batch.rows] += batch.is_open
    return tokens


def _shrink(batch: _Batch) -> None:
    """Rows that have ended leave."""
    if batch.common is not None:
        batch.common = batch.common.select(batch.is_open)
    batch.cache.batch_select_indices(batch.is_open.nonzero().squeeze(1))
    batch.rows, batch.mask = batch.rows[batch.is_open], batch.mask[batch.is_open]
    batch.last, batch.is_open = batch.last[batch.is_open], batch.is_open[batch.is_open]


def _advance(policy: PreTrainedModel, batch: _Batch, tokens: Tensor) -> None:
    """Reads the tokens just drawn; the logits are then those of the next ones."""
    batch.last = batch.last + 1
    seen = batch.mask[:, : batch.cache.get_seq_length() + 1]
    told = {"attention_mask": seen} if batch.common is None else {"common_prompts": batch.common}
    out = policy(
        input_ids=tokens.unsqueeze(1),
        past_key_values=batch.cache,
        use_cache=True,
        logits_to_keep=1,
        **told,
        **places(policy, batch.last),
    )
    batch.logits = out.logits[:, -1]
