"""Wilson's values are those of statsmodels (proportion_confint) at z = 1.96, Student's those of tables; the
others are by hand."""

import math

import pytest
import torch

from rlhf.intervals import bootstrap_mean, win_rate
from store.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (60, 100, 0.5020, 0.6906),
        (0, 50, 0.0, 0.0713),
        (550, 1000, 0.5190, 0.5806),
        (2160, 4000, 0.5245, 0.5554),
    ],
)
def test_wilson_gives_the_values_of_statsmodels(successes, trials, low, high):
    interval = wilson(successes, trials)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-4)
    assert interval.value == successes / trials


def test_nothing_tried_is_nothing_known():
    interval = wilson(0, 0)
    assert (interval.value, interval.low, interval.high) == (0.5, 0, 1)


def test_a_tie_is_half_a_win():
    # (35.9 + 31.5 / 2) / 99.9: Llama 2's figure 1 against ChatGPT, printed in per cent
    assert win_rate(359, 315, 325).value == pytest.approx(0.5170, abs=1e-4)


def test_winning_everything_still_leaves_doubt():
    assert win_rate(10, 0, 0).low == pytest.approx(0.7225, abs=1e-4)  # 1 / (1 + 3.8415 / 10)


def test_the_bootstrap_of_equal_values_has_no_width():
    interval = bootstrap_mean(torch.full((7,), 2.5), torch.Generator().manual_seed(0))
    assert (interval.value, interval.low, interval.high) == (2.5, 2.5, 2.5)


def test_the_bootstrap_is_as_wide_as_the_standard_error_says():
    values = torch.cat([torch.zeros(200), torch.ones(200)])
    interval = bootstrap_mean(values, torch.Generator().manual_seed(0), rounds=4000)
    # standard error 0.5 / √400 = 0.025, so 0.5 ± 0.049
    assert 0.446 < interval.low < 0.456
    assert 0.544 < interval.high < 0.554


def test_the_same_generator_gives_the_same_interval():
    values = torch.arange(30.0)
    one, two = (bootstrap_mean(values, torch.Generator().manual_seed(5)) for _ in range(2))
    assert one == two


def test_the_mean_of_nothing_is_no_number():
    assert math.isnan(bootstrap_mean(torch.tensor([]), torch.Generator()).value)
