"""Seeds and prompts drawn again: variances by hand, and labels between rounds."""

from math import inf, nan

import pytest
import torch
from torch import Generator, Tensor

from rlhf.experiments.resampling import crossing, draw, means, ratio


def tensor(*rows) -> Tensor:
    return torch.tensor(rows, dtype=torch.double)


def test_as_many_are_drawn_as_there_are():
    draws = draw(3, 5, 100, Generator().manual_seed(0))
    assert set(draws.seeds.sum(dim=1).tolist()) == {3.0}
    assert set(draws.prompts.sum(dim=1).tolist()) == {5.0}
    assert set(draw(1, 5, 100, Generator().manual_seed(0)).seeds.flatten().tolist()) == {1.0}


def test_seeds_that_differ_vary_as_the_mean_of_so_many_drawn_does():
    # Every prompt alike: all variance is between seeds, (0.01 + 0 + 0.01) / 3 for one, a third for three.
    games = tensor([0.4] * 4, [0.5] * 4, [0.6] * 4)
    drawn = means(games, draw(3, 4, 40_000, Generator().manual_seed(1)))
    assert drawn.var().item() == pytest.approx(0.02 / 9, abs=1e-4)


def test_prompts_that_all_seeds_share_are_no_more_prompts():
    # p (1 - p) / P with half of 50 prompts won, however many seeds play them alike.
    row = [1.0, 0.0] * 25
    for seeds in (1, 3):
        drawn = means(tensor(*[row] * seeds), draw(seeds, 50, 20_000, Generator().manual_seed(2)))
        assert drawn.var().item() == pytest.approx(0.25 / 50, abs=1e-4)


def test_games_of_their_own_prompts_count_as_owen_says():
    # Half won of 100 prompts in each of 3 seeds, no prompt in two: 0.25 / 100 times (3 E[c²] + 2) / 9, where
    # E[c²] = 5/3 of how often a seed is drawn, and 2/9 is how much the seeds seem to differ by chance.
    rows = [[nan] * 100 * seed + [1.0, 0.0] * 50 + [nan] * 100 * (2 - seed) for seed in range(3)]
    drawn = means(tensor(*rows), draw(3, 300, 20_000, Generator().manual_seed(4)))
    assert drawn.var().item() == pytest.approx(0.25 / 100 * 5 / 9, abs=1e-4)  # here they do not differ


def test_a_prompt_that_a_seed_does_not_have_counts_nowhere():
    games = tensor([1.0, nan, 0.0], [nan, 0.5, nan])
    draws = draw(2, 3, 1000, Generator().manual_seed(3))
    drawn = means(games, draws)
    for value, seeds, prompts in zip(drawn, draws.seeds, draws.prompts, strict=True):
        weights = seeds.unsqueeze(1) * prompts * ~games.isnan()
        if weights.sum():
            assert value.item() == pytest.approx((weights * games.nan_to_num()).sum().item() / weights.sum())


def test_labels_are_counted_on_straight_lines_and_the_first_time_counts():
    labels = torch.tensor([0.0, 300.0, 600.0, 900.0], dtype=torch.double)
    rates = tensor([0.5, 0.5, 0.5], [0.6, 0.6, 0.75], [0.8, 0.65, 0.6], [0.7, 0.69, 0.9])
    # Halfway from 0.6 to 0.8; never; four fifths of the way from 0.5 to 0.75.
    assert crossing(labels, rates, 0.7).tolist() == [pytest.approx(450), inf, pytest.approx(240)]


def test_a_ratio_of_labels_may_have_no_end():
    ours, theirs = torch.tensor([300.0] + [200.0] * 100), torch.tensor([600.0] + [400.0] * 100)
    found = ratio(ours, theirs)
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    ours[1:6] = inf  # in one of twenty draws we never get there
    assert ratio(ours, theirs).high == inf
    assert ratio(ours, theirs).low == 0.5
    theirs[1:6] = inf  # nor do they in the same
    assert (ratio(ours, theirs).low, ratio(ours, theirs).high) == (0.0, inf)
