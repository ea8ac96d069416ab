"""The order in which rows train: shuffled, yet of like lengths side by side. Pure."""

from __future__ import annotations

import torch
from torch import Generator

BATCHES_A_SORT = 16
"""So many batches are sorted by length together: enough for like lengths, few enough to stay shuffled."""


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
