"""Rates of rounds with their intervals."""

from dataclasses import replace

import pytest
from test_scoreboard import ROW

from store.rates import FAULT_RATES, WIN_RATES, rates


def test_a_rate_of_so_many_prompts_has_their_interval_and_of_an_older_round_none() -> None:
    asked = replace(ROW, unsafe_rate=0.1, asked_unsafe=10)
    unsafe, refused = rates([asked], FAULT_RATES)
    # 1 of 10: centre (0.1 + 0.19207) / 1.38415 = 0.2110, half 0.1931 (Wilson)
    assert (unsafe.line, unsafe.low, unsafe.high) == (
        "Unsafe",
        pytest.approx(0.0179, abs=1e-4),
        pytest.approx(0.4042, abs=1e-4),
    )
    assert (refused.rate, refused.low, refused.high) == (0.0, None, None)


def test_win_rates_have_the_intervals_of_the_round_and_what_nobody_said_is_left_out() -> None:
    oracle, models = rates([ROW], WIN_RATES)
    assert (oracle.rate, oracle.low, oracle.high) == (0.759, 0.719, 0.799)
    assert (models.line, models.rate, models.low) == ("Reward model", 0.9, None)
    assert rates([replace(ROW, oracle_win_rate=None)], WIN_RATES) == [models]
