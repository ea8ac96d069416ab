"""Training order: shuffled, complete, and of like lengths a batch."""

import random
from collections import Counter

import torch

from rlhf.ordering import training_order


def _order(lengths: list[int], batch: int, epochs: int, seed: int = 0) -> list[int]:
    return training_order(lengths, batch, epochs, torch.Generator().manual_seed(seed))


def test_every_row_comes_once_an_epoch():
    assert Counter(_order([5] * 37, batch=4, epochs=3)) == dict.fromkeys(range(37), 3)


def test_one_row_trains_alone():
    assert _order([9], batch=4, epochs=2) == [0, 0]


def test_batches_hold_rows_of_like_length():
    draw = random.Random(1)
    lengths = [draw.randint(1, 500) for _ in range(512)]
    order = _order(lengths, batch=8, epochs=1)
    batches = [[lengths[row] for row in order[at : at + 8]] for at in range(0, 512, 8)]
    padded = sum(8 * max(batch) for batch in batches)
    shuffled = sum(8 * max(lengths[at : at + 8]) for at in range(0, 512, 8))
    assert padded < 1.15 * sum(lengths) < shuffled


def test_short_batches_do_not_all_come_first():
    lengths = list(range(1, 65))
    firsts = [lengths[row] for row in _order(lengths, batch=4, epochs=1)][::4]
    assert firsts not in (sorted(firsts), sorted(firsts, reverse=True))


def test_the_order_follows_the_seed():
    assert _order([1, 2, 3] * 9, 4, 2, seed=7) == _order([1, 2, 3] * 9, 4, 2, seed=7)
    assert _order([1, 2, 3] * 9, 4, 2, seed=7) != _order([1, 2, 3] * 9, 4, 2, seed=8)
