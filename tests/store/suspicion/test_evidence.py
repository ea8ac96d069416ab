"""Evidence that may be looked at after every thing: by hand, and how seldom it speaks against what is so."""

from __future__ import annotations

import math

import numpy as np
import pytest

from store.suspicion.evidence import BETS, against_at_most, against_no_change, first_reached


def test_a_bet_gains_by_what_is_so_and_loses_by_what_is_not():
    found = against_at_most(np.array([True, False]), 0.5)
    # 1 + b / 2 and then 1 - b / 2 for bets b of up to 2, that is 1 + s and 1 - s
    assert found[0] == pytest.approx(math.log(np.mean(1 + BETS)))
    assert found[1] == pytest.approx(math.log(np.mean((1 + BETS) * (1 - BETS))))


def test_a_row_without_a_change_is_beside_its_best_chance():
    found = against_no_change(np.array([True, True, False]))
    # ∫ p² (1 - p) dp = 1 / 12 beside (2/3)² (1/3) = 4 / 27
    assert found[2] == pytest.approx(math.log((1 / 12) / (4 / 27)))


def test_a_row_that_changes_at_a_moment_is_more_likely_so():
    found = against_no_change(np.repeat([True, False], 25))
    # 1/26 each for the two halves with weight 1/2; 25! 25! / 51! for the whole with the rest; best 2^-50
    moments = 4  # 25, 30, 36, 43
    whole = math.exp(2 * math.lgamma(26) - math.lgamma(52))
    assert found[-1] > math.log(0.5 / 26**2 / 2**-50)
    assert found[-1] < math.log((0.5 / 26**2 + 0.5 / 26**2 + whole / (moments + 1)) / 2**-50)


@pytest.mark.parametrize("chance", [0.1, 0.4])
def test_where_the_claim_is_so_it_is_seldom_ever_contradicted(chance):
    made = np.random.default_rng(5)
    wrong = sum(
        first_reached(against_at_most(made.random(2000) < chance, 0.4), 0.05) is not None for _ in range(400)
    )
    assert wrong <= 30  # 20 of 400 are allowed; three deviations are 13


@pytest.mark.parametrize("chance", [0.02, 0.3, 0.5])
def test_where_nothing_changes_a_change_is_seldom_ever_seen(chance):
    made = np.random.default_rng(6)
    wrong = sum(
        first_reached(against_no_change(made.random(1000) < chance), 0.05) is not None for _ in range(400)
    )
    assert wrong <= 30


def test_a_claim_that_is_not_so_is_found_and_when():
    made = np.random.default_rng(8)
    after = [first_reached(against_at_most(made.random(1000) < 0.9, 0.7), 1e-3) for _ in range(50)]
    assert all(after)
    assert np.median(after) < 120
    changed = [
        first_reached(
            against_no_change(np.concatenate([made.random(400) < 0.75, made.random(600) < 0.4])), 1e-3
        )
        for _ in range(50)
    ]
    assert all(one and one > 400 for one in changed)


def test_what_was_never_reached_is_none():
    assert first_reached(np.array([0.0, 1.0]), 0.01) is None
    assert first_reached(np.array([0.0, 5.0, 1.0]), 0.01) == 2
