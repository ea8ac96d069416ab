"""How many judgements tell a small gain from none."""

from __future__ import annotations

import math

import pytest

from store.power import gain_told, labels_needed


def tail(count: int, rate: float, least: int) -> float:
    """The chance of `least` or more of `count`, exactly."""
    logs = (
        math.lgamma(count + 1)
        - math.lgamma(k + 1)
        - math.lgamma(count - k + 1)
        + k * math.log(rate)
        + (count - k) * math.log(1 - rate)
        for k in range(least, count + 1)
    )
    return sum(map(math.exp, logs))


def test_two_points_take_4904_judgements_and_ten_take_194() -> None:
    """By hand: (1.959964 · 0.5 + 0.841621 · √(0.52 · 0.48))² / 0.02² = 4903.03, and 193.20 for 0.1."""
    assert labels_needed(0.02) == 4904
    assert labels_needed(0.1) == 194


@pytest.mark.parametrize("gain", [0.02, 0.1])
def test_so_many_find_the_gain_four_times_in_five_by_the_exact_binomial(gain: float) -> None:
    count = labels_needed(gain)
    assert count is not None
    least = next(k for k in range(count // 2, count) if tail(count, 0.5, k) <= 0.025)
    # A binomial moves in steps, so it is not 0.8 to the digit; the largest miss here is one step.
    step = tail(count, 0.5 + gain, least - 1) - tail(count, 0.5 + gain, least)
    assert abs(tail(count, 0.5 + gain, least) - 0.8) < step + 1e-3


def test_judges_who_are_right_three_times_in_four_see_half_of_a_gain() -> None:
    assert labels_needed(0.02, 0.75) == labels_needed(0.01)


@pytest.mark.parametrize("accuracy", [0.5, 0.2, 0.0])
def test_judges_no_better_than_a_coin_never_tell(accuracy: float) -> None:
    assert labels_needed(0.02, accuracy) is None
    assert gain_told(1_000_000, accuracy) is None


@pytest.mark.parametrize("accuracy", [1.0, 0.8])
def test_the_gain_that_so_many_tell_is_the_one_that_needs_them(accuracy: float) -> None:
    needed = labels_needed(0.02, accuracy)
    assert needed is not None
    assert gain_told(needed, accuracy) == pytest.approx(0.02, abs=1e-5)


def test_a_handful_of_judgements_tells_nothing() -> None:
    assert gain_told(0) is None
    assert gain_told(3) is None
    assert gain_told(4) is not None
