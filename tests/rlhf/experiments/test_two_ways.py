"""Means over seeds and prompts: intervals by hand, and how often they hold what is true."""

from math import isnan, nan

import pytest
import torch
from torch import Generator

from rlhf.experiments.two_ways import interval


def tensor(*rows) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.double)


def test_seeds_that_differ_are_as_few_as_they_are():
    # Every prompt alike: 0.4, 0.5, 0.6 vary by 0.1; t with 2 degrees of freedom is 4.3027.
    found = interval(tensor([0.4] * 9, [0.5] * 9, [0.6] * 9), 0.0)
    assert found.value == pytest.approx(0.5)
    assert found.high - 0.5 == pytest.approx(4.3027 * 0.1 / 3**0.5, abs=1e-4)
    assert found.low == pytest.approx(1 - found.high)


def test_prompts_that_all_seeds_share_are_no_more_prompts():
    # Half of 50 won, however many seeds play them alike: deviation √(0.25 · 50 / 49), t with 49 is 2.0096.
    row = [1.0, 0.0] * 25
    for seeds in (1, 3):
        found = interval(tensor(*[row] * seeds), 0.0)
        assert found.high - 0.5 == pytest.approx(2.0096 * (0.25 / 49) ** 0.5, abs=1e-4)


def test_both_count_and_a_prompt_that_a_seed_does_not_have_counts_nowhere():
    # Sums around the mean 2/3: seeds 2/3 and -2/3, prompts 1/3, -1/3 and 0; three games were played.
    found = interval(tensor([1.0, nan, 1.0], [nan, 0.0, nan]) * 1.0, -9.0)
    apart = ((1 / 3, 1 / 3), (-2 / 3,))
    seeds = 2 * sum(sum(row) ** 2 for row in apart) / 9
    prompts = 3 / 2 * (1 / 9 + 4 / 9 + 1 / 9) / 9
    assert found.value == pytest.approx(2 / 3)
    freedom = (seeds + prompts) ** 2 / (seeds**2 + prompts**2 / 2)
    assert 2 < freedom < 3
    reach = 2 / 3 - found.low
    assert 3.18245 < reach / (seeds + prompts) ** 0.5 < 4.30265  # between t with 3 and t with 2
    assert found.high == 1.0  # nothing is won more often than always


def test_what_never_varies_is_sure():
    found = interval(tensor([0.5, 0.5], [0.5, 0.5]), 0.0)
    assert (found.low, found.value, found.high) == (0.5, 0.5, 0.5)


def test_seeds_and_prompts_without_a_game_make_nothing_surer():
    games = tensor([1.0, 0.0, 0.5, nan], [0.0, 0.0, 1.0, nan], [nan] * 4)
    assert interval(games, 0.0) == interval(games[:2, :3], 0.0)
    assert isnan(interval(tensor([nan, nan]), 0.0).value)


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_three_seeds_hold_the_truth_as_often_as_they_say(spread):
    generator, held = Generator().manual_seed(0), 0
    for _ in range(200):
        seeds = spread * torch.randn(3, 1, generator=generator, dtype=torch.double)
        games = seeds + 0.4 * torch.randn(3, 60, generator=generator, dtype=torch.double)
        found = interval(games.clamp(-9, 0.99), -9.0)
        held += found.low <= 0 <= found.high
    assert held >= 0.9 * 200


def test_winning_every_game_of_an_experiment_still_leaves_doubt():
    for won, end in ((1.0, 0.7225), (0.0, 1 - 0.7225)):  # Wilson: 1 / (1 + 3.8415 / 10)
        found = interval(tensor([won] * 10, [won] * 10), 0.0)
        assert found.value == won
        assert (found.low if won else found.high) == pytest.approx(end, abs=1e-4)
    even = interval(tensor([0.0] * 10), -1.0)  # a difference of nothing, which findings do not claim
    assert (even.low, even.high) == (0.0, 0.0)
