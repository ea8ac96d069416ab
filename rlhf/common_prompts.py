"""Attention of responses to what they have in common: the keys of a prompt are kept and read once for all.

A response looks back on its prompt and on itself. What it sees of each is summed apart, and the sums are put
together by their softmax's denominators (Juravsky et al. 2024, arXiv 2402.05099), which is attention to both.
Knows the caches of transformers' decoders, not how tokens are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, DynamicCache, PreTrainedModel

from rlhf.cache import RoomyLayer

NAME: Final = "hone_common_prompts"
"""Under which transformers' decoders find the attention below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonPrompts:
    """P prompts that B responses continue, those of one prompt beside each other.

    `layers` are each layer's keys and values [P, H, T, d]; `hidden` [P, 1, 1, T] is -inf on padding, none
    where there is none. Response b continues prompt `prompt[b]` and has the cell `cells[b]` of a grid of P
    rows and `width` columns, which puts the responses of a prompt beside each other.
    """

    layers: tuple[tuple[Tensor, Tensor], ...]
    hidden: Tensor | None
    prompt: Tensor
    cells: Tensor
    width: int

    @staticmethod
    def of(cache: DynamicCache, mask: Tensor, samples: int) -> CommonPrompts:
        """What was read of P prompts, for `samples` responses to each; `mask` [P, T] is 0 on padding."""
        padding = (mask == 0)[:, None, None]
        hidden = torch.zeros(padding.shape, device=mask.device).masked_fill(padding, -torch.inf)
        prompt = torch.arange(len(mask), device=mask.device).repeat_interleave(samples)
        return CommonPrompts(
            layers=tuple(layer.held() for layer in cache.layers if isinstance(layer, RoomyLayer)),
            hidden=hidden if padding.any() else None,
            prompt=prompt,
            cells=torch.arange(len(prompt), device=mask.device),
            width=samples,
        )

    def select(self, is_open: Tensor) -> CommonPrompts:
        """With the open responses [B] alone, and the prompts that still have any."""
        left, prompt, counts = torch.unique_consecutive(
            self.prompt[is_open], return_inverse=True, return_counts=True
        )
        first = counts.cumsum(0) - counts
        width = int(counts.max())
        column = torch.arange(len(prompt), device=prompt.device) - first[prompt]
        layers, hidden = self.layers, self.hidden
        if len(left) < len(self.layers[0][0]):
            layers = tuple((keys[left], values[left]) for keys, values in layers)
            hidden = None if hidden is None else hidden[left]
        return CommonPrompts(
            layers=layers, hidden=hidden, prompt=prompt, cells=prompt * width + column, width=width
        )

    def side_by_side(self, rows: Tensor) -> Tensor:
        """[B, H, G, d] of each response as [P, H, width·G, d] of each prompt."""
        prompts = len(self.layers[0][0])
        grid = rows
        if len(rows) < prompts * self.width:
            grid = rows.new_zeros(prompts * self.width, *rows.shape[1:])
            grid[self.cells] = rows
        grid = grid.unflatten(0, (prompts, self.width)).transpose(1, 2)
        return grid.flatten(2, 3)

    def one_by_one(self, grid: Tensor) -> Tensor:
        """[P, H, width·G, d] of each prompt as [B, H, G, d] of each response."""
        rows = grid.unflatten(2, (self.width, -1)).transpose(1, 2).flatten(0, 1)
        return rows if len(rows) == len(self.cells) else rows[self.cells]


def attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    _mask: None,
    scaling: float,
    **told: object,
) -> tuple[Tensor, None]:
    """What B responses' newest tokens see, [B, 1, H, d]; `key` and `value` [B, H', s, d] are their own."""
    common = told["common_prompts"]
    assert isinstance(common, CommonPrompts)  # noqa: S101  # passed by `reading_on`, or not at all
    keys, values = common.layers[int(module.layer_idx)]  # type: ignore[arg-type]  # a number in every decoder
    queries = query.unflatten(1, (key.shape[1], -1)).squeeze(3) * scaling  # [B, H', G, d]
    seen = _seen(common.side_by_side(queries), keys, values, common.hidden)
    there, total, height = (common.one_by_one(part) for part in seen)
    own, own_total, own_height = _seen(queries, key, value, None)
    top = torch.maximum(height, own_height)
    weight, own_weight = (height - top).exp_(), (own_height - top).exp_()
    out = (weight * there + own_weight * own) / (weight * total + own_weight * own_total)
    return out.flatten(1, 2).unsqueeze(1), None


def _seen(queries: Tensor, keys: Tensor, values: Tensor, hidden: Tensor | None) -> tuple[Tensor, ...]:
    """Σ exp(score - height)·value [..., d], Σ exp(score - height) [..., 1], the highest score [..., 1]."""
    scores = queries @ keys.transpose(2, 3)
    if hidden is not None:
        scores += hidden
    height = scores.amax(-1, keepdim=True)
    scores = scores.sub_(height).exp_()
    return scores @ values, scores.sum(-1, keepdim=True), height


@contextmanager
def reading_on(policy: PreTrainedModel) -> Iterator[None]:
    """While it lasts the policy wants `common_prompts` beside its inputs, and a cache without the prompts."""
    before = policy.config._attn_implementation
    policy.config._attn_implementation = NAME
    try:
        yield
    finally:
        policy.config._attn_implementation = before


AttentionInterface.register(NAME, attention)
