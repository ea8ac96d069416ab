"""Rows of token ids to padded batches.

Prompts are padded on the left, so that every response begins in the same column; responses and rows to be
scored are padded on the right. Attention masks are 1 on real tokens. Knows neither texts nor models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

Row = Sequence[int]


@dataclass(frozen=True, slots=True)
class Padded:
    """Rows of one length: `ids` and `mask`, both [B, T] long."""

    ids: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Prompts beside responses: [B, P + R]; the responses are the last `response_length` columns."""

    ids: Tensor
    mask: Tensor
    response_length: int

    @property
    def responses(self) -> Tensor:
        """The responses' ids [B, R]."""
        return self.ids[:, -self.response_length :]

    @property
    def response_mask(self) -> Tensor:
        """Which of the responses' tokens are real [B, R]."""
        return self.mask[:, -self.response_length :]


def pad_right(rows: Sequence[Row], pad_id: int) -> Padded:
    """Rows begin in the first column."""
    width = max(len(row) for row in rows)
    return Padded(
        torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows], dtype=torch.long),
        torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows], dtype=torch.long),
    )


def pad_left(rows: Sequence[Row], pad_id: int) -> Padded:
    """Rows end in the last column."""
    flipped = pad_right([row[::-1] for row in rows], pad_id)
    return Padded(flipped.ids.flip(1), flipped.mask.flip(1))


def join(prompts: Sequence[Row], responses: Sequence[Row], pad_id: int) -> Joined:
    """Each prompt with its response, the seam in the same column of every row."""
    left, right = pad_left(prompts, pad_id), pad_right(responses, pad_id)
    return Joined(
        ids=torch.cat([left.ids, right.ids], dim=1),
        mask=torch.cat([left.mask, right.mask], dim=1),
        response_length=right.ids.shape[1],
    )


def positions(mask: Tensor) -> Tensor:
    """Each real token's place in its row [B, T], from 0, however the row is padded; padding is at 0."""
    return (mask.cumsum(dim=1) - 1).clamp(min=0)


def length_buckets(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Indices in batches of like length, shortest first; a padded batch is at most `tokens`, or one row."""
    buckets: list[list[int]] = [[]]
    for index in sorted(range(len(lengths)), key=lambda index: (lengths[index], index)):
        if buckets[-1] and (len(buckets[-1]) + 1) * lengths[index] > tokens:
            buckets.append([])
        buckets[-1].append(index)
    return [bucket for bucket in buckets if bucket]
