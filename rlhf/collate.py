"""Rows of token ids to padded batches.

What is to be continued is padded on the left, whole rows on the right, where causal attention never sees
the padding. Masks are 1 on real tokens. Knows neither texts nor models.
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


@dataclass(frozen=True, slots=True)
class Joined:
    """Prompts followed by their responses: `ids` [B, T] padded on the right, `is_response` [B, T] bool.

    What is measured of the B responses' n tokens is flat, [n], row after row.
    """

    ids: Tensor
    is_response: Tensor

    @property
    def responses(self) -> Tensor:
        """The response tokens [n]."""
        return self.ids[self.is_response]

    @property
    def is_before(self) -> Tensor:
        """Whether the next token is a response's [B, T]: where it is predicted and its value is read."""
        # A row begins with its prompt, so what the roll brings round to the last column is false.
        return self.is_response.roll(-1, dims=1)


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
    """Each prompt with its response; no prompt is empty."""
    pairs = list(zip(prompts, responses, strict=True))
    return Joined(
        pad_right([[*prompt, *response] for prompt, response in pairs], pad_id).ids,
        pad_right([[0] * len(prompt) + [1] * len(response) for prompt, response in pairs], 0).ids.bool(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """N prompts and their responses, as ids; batches of them are filled up with `pad_id`."""

    prompts: Sequence[Row]
    responses: Sequence[Row]
    pad_id: int

    def joined(self, at: Sequence[int]) -> Joined:
        """The batch of these rows."""
        return join([self.prompts[row] for row in at], [self.responses[row] for row in at], self.pad_id)

    def buckets(self, at: Sequence[int], tokens: int) -> list[list[int]]:
        """These rows in batches of like length."""
        lengths = [len(self.prompts[row]) + len(self.responses[row]) for row in at]
        return [[at[place] for place in bucket] for bucket in length_buckets(lengths, tokens)]


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
