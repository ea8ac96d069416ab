"""The order in which rows train: shuffled, yet of like lengths side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import ceil

import torch
from torch import Generator

BATCHES_A_SORT = 16
"""So many batches are sorted by length together: enough for like lengths, few enough to stay shuffled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a row brings to a batch: its `tokens`, and its `share`, above 0, of what a batch should hold."""

    tokens: int
    share: int


def training_order(lengths: list[int], batch: int, epochs: int, generator: Generator) -> list[int]:
    """Row numbers for all epochs; each consecutive `batch` of them has rows of similar length.

    Padding to the longest row of a batch costs most of a small model's time when lengths vary. Rows are
    shuffled, sorted within stretches of 16 batches, and those batches are shuffled again, so that no length
    comes first. Every row comes exactly `epochs` times; only the last batch may be smaller.
    """
    stream = [
        row for _ in range(epochs) for row in torch.randperm(len(lengths), generator=generator).tolist()
    ]
    order: list[int] = []
    for start in range(0, len(stream), batch * BATCHES_A_SORT):
        stretch = sorted(stream[start : start + batch * BATCHES_A_SORT], key=lambda row: lengths[row])
        batches = [stretch[at : at + batch] for at in range(0, len(stretch), batch)]
        whole = [rows for rows in batches if len(rows) == batch]
        for number in torch.randperm(len(whole), generator=generator).tolist():
            order.extend(whole[number])
        order.extend(row for rows in batches if len(rows) < batch for row in rows)
    return order


def even_batches(rows: Sequence[Size], full: float, epochs: int, generator: Generator) -> list[list[int]]:
    """Row numbers of each batch of all epochs: rows of similar length whose shares add up to about `full`.

    As `training_order`, for rows of unequal shares: an epoch has the fewest batches that its shares fill,
    each as full as the next but for one row's share, so that no step trains on a remnant of an epoch. Every
    row comes once an epoch, and no batch has rows of two epochs.
    """
    return [batch for _ in range(epochs) for batch in _epoch(rows, full, generator)]


def _epoch(rows: Sequence[Size], full: float, generator: Generator) -> list[list[int]]:
    shuffled = torch.randperm(len(rows), generator=generator).tolist()
    mixed = _cut(rows, shuffled, ceil(sum(row.share for row in rows) / full))
    batches: list[list[int]] = []
    for start in range(0, len(mixed), BATCHES_A_SORT):
        stretch = mixed[start : start + BATCHES_A_SORT]
        alike = sorted(chain.from_iterable(stretch), key=lambda row: rows[row].tokens)
        parts = _cut(rows, alike, len(stretch))
        batches += [parts[number] for number in torch.randperm(len(parts), generator=generator).tolist()]
    return [batch for batch in batches if batch]


def _cut(rows: Sequence[Size], order: Sequence[int], count: int) -> list[list[int]]:
    """The order in `count` pieces of equal share, each row where its middle falls.

    A row of more than a piece's share leaves pieces empty beside its own.
    """
    ends = list(accumulate(rows[row].share for row in order))
    pieces: list[list[int]] = [[] for _ in range(count)]
    for row, end in zip(order, ends, strict=True):
        pieces[int((end - rows[row].share / 2) / ends[-1] * count)].append(row)
    return pieces
