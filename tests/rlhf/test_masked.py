"""Padding takes no part in an average."""

import pytest
from torch import tensor

from rlhf.masked import masked_mean, masked_var, standardise

X = tensor([[1.0, 3.0, 100.0], [5.0, -100.0, 100.0]])
MASK = tensor([[1, 1, 0], [1, 0, 0]])


def test_mean_and_variance_are_of_the_real_elements():
    # 1, 3, 5: mean 3, squared distances 4, 0, 4
    assert masked_mean(X, MASK).item() == pytest.approx(3.0)
    assert masked_var(X, MASK).item() == pytest.approx(8 / 3, abs=1e-6)


def test_standardised_values_have_mean_zero_and_variance_one():
    found = standardise(X, MASK)
    assert found[MASK == 1].tolist() == pytest.approx([-1.2247, 0.0, 1.2247], abs=1e-4)
    assert not found[MASK == 0].any()


def test_equal_values_standardise_to_zero():
    assert standardise(tensor([2.0, 2.0]), tensor([1, 1])).tolist() == [0.0, 0.0]
