"""Advantages against an example worked by hand."""

import pytest
import torch
from torch import tensor

from rlhf.advantages import advantages, explained_variance
from rlhf.seeds import seeded


def test_advantages_of_a_short_response_are_those_worked_by_hand():
    # δ: 0 + 0.6 - 0.5 = 0.1; 0 + 0.4 - 0.6 = -0.2; 1 + 0 - 0.4 = 0.6
    # A with γ = 1, λ = 0.95: A_3 = 0.6; A_2 = -0.2 + 0.57 = 0.37; A_1 = 0.1 + 0.3515 = 0.4515
    found = advantages(tensor([[0.0, 0.0, 1.0]]), tensor([[0.5, 0.6, 0.4]]), torch.ones(1, 3), 1.0, 0.95)
    assert found[0].tolist() == pytest.approx([0.4515, 0.37, 0.6], abs=1e-5)


def test_discounting_weighs_the_next_value_and_the_next_advantage():
    # γ = 0.9, λ = 0.5: δ_1 = 1 + 0.9·2 - 1 = 1.8; δ_2 = 3 - 2 = 1; A_1 = 1.8 + 0.45·1
    found = advantages(tensor([[1.0, 3.0]]), tensor([[1.0, 2.0]]), torch.ones(1, 2), 0.9, 0.5)
    assert found[0].tolist() == pytest.approx([2.25, 1.0], abs=1e-5)


def test_padding_takes_no_part():
    mask = tensor([[1.0, 1.0, 0.0, 0.0]])
    padded = advantages(tensor([[1.0, 2.0, 9.0, 9.0]]), tensor([[0.3, 0.2, 9.0, 9.0]]), mask, 1.0, 0.95)
    alone = advantages(tensor([[1.0, 2.0]]), tensor([[0.3, 0.2]]), torch.ones(1, 2), 1.0, 0.95)
    assert padded[0, :2].tolist() == pytest.approx(alone[0].tolist())
    assert padded[0, 2:].tolist() == [0.0, 0.0]


def test_with_lambda_one_the_return_is_the_sum_of_what_follows():
    rewards, values = tensor([[0.5, -1.0, 2.0]]), tensor([[7.0, -3.0, 1.0]])
    found = advantages(rewards, values, torch.ones(1, 3), 1.0, 1.0) + values
    assert found[0].tolist() == pytest.approx([1.5, 1.0, 2.0], abs=1e-5)


def test_explained_variance_is_one_for_the_returns_and_zero_for_a_constant():
    returns, mask = tensor([[1.0, 2.0, 3.0, 99.0]]), tensor([[1, 1, 1, 0]])
    assert explained_variance(returns, returns, mask).item() == pytest.approx(1.0)
    assert explained_variance(torch.zeros(1, 4), returns, mask).item() == pytest.approx(0.0)
    # residuals 0, 0, 1 have variance 2/9, the returns 2/3
    assert explained_variance(tensor([[1.0, 2.0, 2.0, 0.0]]), returns, mask).item() == pytest.approx(2 / 3)


def test_advantages_are_the_weighted_sum_of_all_later_errors():
    # A_t = Σ_l (γλ)^l δ_(t+l), written out, for responses of 1 to 6 tokens
    rewards, values = torch.randn(2, 6, 6, generator=seeded("advantages"), dtype=torch.float64)
    mask = torch.ones(6, 6).tril()
    found = advantages(rewards, values, mask, 0.9, 0.8)
    for row in range(6):
        length = row + 1
        errors = [
            rewards[row, at] + (0.9 * values[row, at + 1] if at + 1 < length else 0.0) - values[row, at]
            for at in range(length)
        ]
        for at in range(length):
            expected = sum((0.9 * 0.8) ** (later - at) * errors[later] for later in range(at, length))
            assert found[row, at].item() == pytest.approx(expected.item(), abs=1e-6)
        assert not found[row, length:].any()
