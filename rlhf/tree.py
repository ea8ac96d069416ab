"""A prompt and its responses as one row: "prompt, response 1, ... response K", each blind to the others.

What the responses have in common passes the model once. Each response's positions follow the prompt's, as
if it stood there alone. Pure: knows token ids and no model.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, repeat

import torch
from torch import Tensor

from rlhf.collate import Row, length_buckets

PART_TOKENS = 2048
"""Padded tokens that pass a model at a time, or one row: enough to fill a processor's cores, little enough
for their caches, and with rows of like length beside each other hardly any of them is padding."""

ALONE = -sys.maxsize
"""The room of rows with one response each, for models that cannot be told who sees whom."""


@dataclass(frozen=True, slots=True)
class Packed:
    """N of the responses that were given, in B rows of T tokens.

    `ids` and `positions` [B, T] long; `segments` [B, T] long, 0 in the prompt, 1 to K in the responses and
    -1 in the padding; `ends` [N, 2], row and column of each response's last token; `numbers` [N], the place
    of each among those given.
    """

    ids: Tensor
    positions: Tensor
    segments: Tensor
    ends: Tensor
    numbers: Tensor

    @property
    def is_plain(self) -> bool:
        """Whether no row has two responses, so that plain causal attention is right."""
        return int(self.segments.max()) <= 1


def pack(
    prompts: Sequence[Row], responses: Sequence[Row], pad_id: int, room: int, tokens: int = PART_TOKENS
) -> Iterator[Packed]:
    """Prompts and the responses beside them, none of them empty, in parts of at most `tokens`, or one row.

    Equal prompts share rows; several responses of a row have at most `room` tokens more than its prompt, for
    attention costs the square of a row. Rows of a part are of like length, the shortest first.
    """
    rows = side_by_side(prompts, responses, room)
    lengths = [_length(prompts, responses, row) for row in rows]
    for bucket in length_buckets(lengths, tokens):
        yield _lay(prompts, responses, [rows[place] for place in bucket], pad_id)


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


def _length(prompts: Sequence[Row], responses: Sequence[Row], row: Sequence[int]) -> int:
    return len(prompts[row[0]]) + sum(len(responses[number]) for number in row)


def _lay(
    prompts: Sequence[Row], responses: Sequence[Row], rows: Sequence[Sequence[int]], pad_id: int
) -> Packed:
    """These rows of responses, padded on the right."""
    width = max(_length(prompts, responses, row) for row in rows)
    ids, positions, segments, ends = [], [], [], []
    for place, row in enumerate(rows):
        prompt, said = prompts[row[0]], [responses[number] for number in row]
        starts = list(accumulate(map(len, said), initial=len(prompt)))
        ends += [(place, end - 1) for end in starts[1:]]
        empty = width - starts[-1]
        ids.append([*prompt, *chain.from_iterable(said), *repeat(pad_id, empty)])
        after = (range(len(prompt), len(prompt) + len(response)) for response in said)
        positions.append([*range(len(prompt)), *chain.from_iterable(after), *repeat(0, empty)])
        marks = (repeat(mark, len(response)) for mark, response in enumerate(said, start=1))
        segments.append([*repeat(0, len(prompt)), *chain.from_iterable(marks), *repeat(-1, empty)])
    numbers = list(chain.from_iterable(rows))
    return Packed(*map(torch.tensor, (ids, positions, segments, ends, numbers)))


def visible(packed: Packed) -> Tensor:
    """Who sees whom, bool [B, 1, T, T]: looking back, a token sees the prompt and its own response.

    Padding sees itself, so that no row of attention is empty; no response sees padding, which comes last.
    """
    seen = packed.segments.unsqueeze(1)  # [B, 1, T], over the last dimension
    sees = packed.segments.unsqueeze(2)
    width = packed.segments.shape[1]
    back = torch.ones(width, width, dtype=torch.bool, device=seen.device).tril()
    return ((sees == seen) | (seen == 0)).logical_and(back).unsqueeze(1)
