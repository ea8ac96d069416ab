"""Best of several samples: by enumerating subsets by hand."""

from itertools import combinations
from statistics import mean, median

import pytest
import torch

from rlhf.best_of import best, mean_best, mean_median

SCORES = torch.tensor([[3.0, 1.0, 2.0, 5.0], [0.0, 0.0, -4.0, 1.0]])


def test_the_best_is_the_highest_and_of_equals_the_first():
    assert best(torch.tensor([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])).tolist() == [1, 0]


def test_the_best_of_two_is_averaged_over_all_pairs():
    # pairs of 3 1 2 5: maxima 3 3 5 2 5 5, mean 23/6; of 0 0 -4 1: 0 0 1 0 1 1, mean 1/2
    assert mean_best(SCORES)[1].item() == pytest.approx((23 / 6 + 1 / 2) / 2, abs=1e-6)


def test_the_curves_are_those_of_every_subset():
    for drawn in range(1, 5):
        subsets = [list(combinations(row, drawn)) for row in SCORES.tolist()]
        best_of = mean(mean(max(subset) for subset in row) for row in subsets)
        middle = mean(mean(median(subset) for subset in row) for row in subsets)
        assert mean_best(SCORES)[drawn - 1].item() == pytest.approx(best_of, abs=1e-6)
        assert mean_median(SCORES)[drawn - 1].item() == pytest.approx(middle, abs=1e-6)
