"""Best of several samples: by enumerating subsets by hand."""

from itertools import combinations
from math import log
from statistics import mean, median

import pytest
import torch

from rlhf.best_of import best, choosing_kl, deviation, enough, mean_best, mean_median, most_kl

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


def test_the_deviation_is_within_prompts_and_not_between_them():
    # variances of 1 3 and of 101 105, by hand: 2 and 8
    assert deviation(torch.tensor([[1.0, 3.0], [101.0, 105.0]])).item() == pytest.approx(5**0.5, abs=1e-6)
    assert deviation(torch.tensor([[1.0], [9.0]])).item() == 0.0


def test_samples_are_enough_once_doubling_them_gains_no_more_than_was_asked():
    # normal samples: 0.564 from 1 to 2, 0.418 from 3 to 6, 0.395 from 4 to 8, 0.376 from 5 to 10
    normal = torch.randn(20_000, 16, generator=torch.Generator().manual_seed(0))
    assert [enough(7.0 * normal, least) for least in (0.6, 0.5, 0.41, 0.385, 0.0)] == [1, 2, 4, 5, 16]


def test_where_the_last_doubling_still_gains_all_samples_are_wanted():
    normal = torch.randn(20_000, 16, generator=torch.Generator().manual_seed(0))
    assert enough(normal, 0.3) == 16  # 0.342 from 8 to 16


def test_a_rare_good_answer_is_not_given_up_because_the_first_doublings_gain_little():
    # one good in 16 is a deviation of 0.25: from 1 to 2 the mean best gains 1/16, from 8 to 16 it gains 1/2
    rare = torch.zeros(3, 16)
    rare[:, 4] = 1.0
    assert enough(rare, 0.3) == 16


def test_samples_that_are_all_alike_are_one():
    assert enough(torch.full((3, 8), 0.1), 0.1) == 1
    assert enough(torch.ones(3, 8), 0.0) == 8
    assert enough(torch.ones(3, 1), 0.1) == 1


def test_samples_that_all_differ_are_chosen_from_at_the_full_price():
    scores = torch.tensor([[0.3, -1.0, 2.0, 0.1]])
    assert choosing_kl(scores).item() == pytest.approx(log(4) - 3 / 4, abs=1e-6)
    assert most_kl(4) == pytest.approx(0.6363, abs=1e-4)


def test_choosing_among_the_same_answers_changes_nothing():
    assert choosing_kl(torch.tensor([[1.0, 1.0, 1.00001], [2.0, 2.0, 2.0]])).tolist() == pytest.approx([0, 0])


def test_an_answer_that_came_twice_is_chosen_as_often_as_it_is_the_best_of_so_many():
    # Of four samples two say the same, which is the best: 1 - 1/2^4 = 15/16 in place of 1/2.
    top = 15 / 16 * log(15 / 8)
    # The two below it: the integral of 4u^3 ln(4u^3) up to 1/2, u^4 (ln 4 + 3 ln u - 3/4).
    rest = (log(4) + 3 * log(1 / 2) - 3 / 4) / 16
    found = choosing_kl(torch.tensor([[5.0, 0.0, 5.0, 1.0]])).item()
    assert found == pytest.approx(top + rest, abs=1e-6)
