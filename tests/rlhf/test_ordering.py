"""Training order: shuffled, complete, and of like lengths a batch."""

import random
from collections import Counter
from itertools import pairwise

import pytest
import torch

from rlhf.ordering import Size, even_batches, training_order


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


def _batches(shares: list[int], full: float, epochs: int = 1, seed: int = 0) -> list[list[int]]:
    draw = random.Random(seed)
    rows = [Size(tokens=draw.randint(1, 500), share=share) for share in shares]
    return even_batches(rows, full, epochs, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("seed", range(20))
def test_batches_of_unequal_rows_are_complete_and_as_full_as_each_other(seed):
    draw = random.Random(seed)
    shares = [draw.choice([2, 2, 2, 4, 9]) for _ in range(draw.randint(1, 700))]
    full, epochs = draw.choice([7.5, 16, 64]), draw.randint(1, 3)
    batches = _batches(shares, full, epochs, seed)
    assert Counter(row for batch in batches for row in batch) == dict.fromkeys(range(len(shares)), epochs)
    held = [sum(shares[row] for row in batch) for batch in batches]
    assert max(held) <= full + 9
    even = sum(held) / len(held)
    assert all(abs(one - even) <= 18 for one in held)  # each of its two ends is off by half a row, twice cut


def test_no_batch_has_rows_of_two_epochs():
    batches = _batches([2] * 37, full=16, epochs=3)
    assert len(batches) == 3 * 5
    for at in range(0, 15, 5):
        assert sorted(row for batch in batches[at : at + 5] for row in batch) == list(range(37))


def test_an_epoch_leaves_no_remnant():
    assert sorted(map(len, _batches([2] * 65, full=128))) == [32, 33]  # and not 64 and 1


def test_a_row_of_more_than_a_batch_does_not_swell_the_others():
    shares = [90] + [2] * 40
    held = [sum(shares[row] for row in batch) for batch in _batches(shares, full=16)]
    assert max(held) >= 90
    assert sorted(held)[-2] <= 18


def test_batches_of_unequal_rows_hold_rows_of_like_length():
    draw = random.Random(3)
    rows = [Size(tokens=draw.randint(1, 500), share=draw.choice([2, 4])) for _ in range(600)]
    batches = even_batches(rows, 32, 1, torch.Generator().manual_seed(0))
    padded = sum(len(batch) * max(rows[row].tokens for row in batch) for batch in batches)
    assert padded < 1.15 * sum(row.tokens for row in rows)
    firsts = [rows[batch[0]].tokens for batch in batches]
    assert sum(early < late for early, late in pairwise(firsts)) < 0.7 * len(firsts)
