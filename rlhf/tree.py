"""A prompt and its responses as one row: "prompt, response 1, ... response K", each blind to the others.

What the responses have in common passes the model once. Each response's positions follow the prompt's, as
if it stood there alone. Pure: knows token ids and no model.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat

import torch
from torch import Tensor

from rlhf.collate import Row

ROOM = 128
"""A row's responses have at most so many tokens more than its prompt: attention costs the square of a row."""

ALONE = -sys.maxsize
"""The room of rows with one response each, for models that cannot be told who sees whom."""


@dataclass(frozen=True, slots=True)
class Packed:
    """N responses in B rows of T tokens.

    `ids` and `positions` [B, T] long; `segments` [B, T] long, 0 in the prompt, 1 to K in the responses and
    -1 in the padding; `ends` [N, 2], row and column of each response's last token, in the order given.
    """

    ids: Tensor
    positions: Tensor
    segments: Tensor
    ends: Tensor

    @property
    def is_plain(self) -> bool:
        """Whether no row has two responses, so that plain causal attention is right."""
        return int(self.segments.max()) <= 1


def pack(prompts: Sequence[Row], responses: Sequence[Row], pad_id: int, room: int = ROOM) -> Packed:
    """N prompts and their N responses, of which none is empty; equal prompts share rows."""
    return lay(prompts, responses, side_by_side(prompts, responses, room), pad_id)


def side_by_side(prompts: Sequence[Row], responses: Sequence[Row], room: int) -> list[list[int]]:
    """The numbers of each row's responses: one, or as many of one prompt as its length and `room` hold."""
    rows: list[list[int]] = []
    open_rows: dict[tuple[int, ...], tuple[list[int], int]] = {}
    for number, (prompt, response) in enumerate(zip(prompts, responses, strict=True)):
        key = tuple(prompt)
        row, used = open_rows.get(key, ([], 0))
        if not row or used + len(response) > len(key) + room:
            row, used = [], 0
            rows.append(row)
        row.append(number)
        open_rows[key] = (row, used + len(response))
    return rows


def packed_length(prompts: Sequence[Row], responses: Sequence[Row], row: Sequence[int]) -> int:
    """Tokens of a row of `side_by_side`."""
    return len(prompts[row[0]]) + sum(len(responses[number]) for number in row)


def lay(
    prompts: Sequence[Row], responses: Sequence[Row], rows: Sequence[Sequence[int]], pad_id: int
) -> Packed:
    """These rows of responses, each number of 0 to N-1 in one of them, padded on the right."""
    width = max(packed_length(prompts, responses, row) for row in rows)
    ids, positions, segments = [], [], []
    ends: list[tuple[int, int]] = [(0, 0)] * len(responses)
    for place, row in enumerate(rows):
        prompt, said = prompts[row[0]], [responses[number] for number in row]
        starts = list(accumulate(map(len, said), initial=len(prompt)))
        for number, end in zip(row, starts[1:], strict=True):
            ends[number] = (place, end - 1)
        empty = width - starts[-1]
        ids.append([*prompt, *chain.from_iterable(said), *repeat(pad_id, empty)])
        after = (range(len(prompt), len(prompt) + len(response)) for response in said)
        positions.append([*range(len(prompt)), *chain.from_iterable(after), *repeat(0, empty)])
        marks = (repeat(mark, len(response)) for mark, response in enumerate(said, start=1))
        segments.append([*repeat(0, len(prompt)), *chain.from_iterable(marks), *repeat(-1, empty)])
    return Packed(*(torch.tensor(part, dtype=torch.long) for part in (ids, positions, segments, ends)))


def visible(packed: Packed) -> Tensor:
    """Who sees whom, bool [B, 1, T, T]: looking back, a token sees the prompt and its own response.

    Padding sees itself, so that no row of attention is empty; no response sees padding, which comes last.
    """
    seen = packed.segments.unsqueeze(1)  # [B, 1, T], over the last dimension
    sees = packed.segments.unsqueeze(2)
    width = packed.segments.shape[1]
    back = torch.ones(width, width, dtype=torch.bool, device=seen.device).tril()
    return ((sees == seen) | (seen == 0)).logical_and(back).unsqueeze(1)
