"""Each loss at numbers worked out by hand."""

import pytest
import torch
from torch import tensor

from rlhf.losses import centering_loss, policy_loss, ranking_loss, safety_loss, value_loss
from rlhf.seeds import seeded


@pytest.mark.parametrize(
    ("margin", "loss"),
    # the logarithm of one plus e to the margin less one
    [(0, 0.3133), (1 / 3, 0.4144), (2 / 3, 0.5403), (1, 0.6931), (2, 1.3133), (3, 2.1269)],
)
def test_a_gap_of_one_costs_more_the_larger_the_margin(margin, loss):
    found = ranking_loss(tensor([2.0]), tensor([1.0]), tensor([float(margin)]))
    assert found.tolist() == pytest.approx([loss], abs=1e-4)


def test_the_ranking_loss_pushes_chosen_up_and_rejected_down():
    chosen, rejected = tensor([0.0], requires_grad=True), tensor([0.0], requires_grad=True)
    ranking_loss(chosen, rejected, tensor([0.0])).sum().backward()
    assert chosen.grad.tolist() == pytest.approx([-0.5], abs=1e-6)
    assert rejected.grad.tolist() == pytest.approx([0.5], abs=1e-6)


def test_the_safety_loss_is_the_log_loss_of_the_label():
    # σ(2) = 0.8808: -ln 0.8808 = 0.1269 if safe, -ln 0.1192 = 2.1269 if not; σ(0) costs ln 2 either way
    found = safety_loss(tensor([2.0, 2.0, 0.0]), tensor([1.0, 0.0, 1.0]))
    assert found.tolist() == pytest.approx([0.1269, 2.1269, 0.6931], abs=1e-4)


def test_centering_costs_the_square_of_both_scores_sum():
    assert centering_loss(tensor([1.0]), tensor([0.5])).tolist() == pytest.approx([2.25])


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss"),
    [
        (1.0, 2.0, -2.0),
        (1.5, 2.0, -2.4),  # gains stop at 1.2
        (1.5, -2.0, 3.0),  # losses do not
        (0.5, 2.0, -1.0),
        (0.5, -2.0, 1.6),  # 0.8 · 2
    ],
)
def test_the_policy_loss_clips_gains_only(ratio, advantage, loss):
    found = policy_loss(tensor([ratio]).log(), tensor([advantage]), clip=0.2)
    assert found.tolist() == pytest.approx([loss], abs=1e-4)


def test_a_clipped_ratio_has_no_gradient():
    log_ratio = tensor([1.5, 1.1]).log().requires_grad_()
    policy_loss(log_ratio, tensor([1.0, 1.0]), clip=0.2).sum().backward()
    assert log_ratio.grad.tolist() == pytest.approx([0.0, -1.1], abs=1e-4)


@pytest.mark.parametrize(
    ("ratio", "advantage", "slope"),
    [
        (1.0, 2.0, -2.0),  # -ρA, wherever the ratio itself is taken
        (1.1, -2.0, 2.2),
        (1.5, 2.0, 0.0),
        (1.5, -2.0, 3.0),
        (0.5, 2.0, -1.0),
        (0.5, -2.0, 0.0),
    ],
)
def test_the_policy_loss_falls_by_the_ratio_times_the_advantage_until_it_is_clipped(ratio, advantage, slope):
    log_ratio = tensor([ratio]).log().requires_grad_()
    policy_loss(log_ratio, tensor([advantage]), clip=0.2).sum().backward()
    assert log_ratio.grad.tolist() == pytest.approx([slope], abs=1e-5)


@pytest.mark.parametrize(
    ("value", "target", "slope"),
    [
        (0.1, 1.0, -0.9),  # v - R within the band around the old value 0
        (1.0, 0.0, 1.0),  # moved away beyond it: v - R is the larger
        (1.0, 2.0, 0.0),  # moved towards it beyond the band: what is clipped is the larger, and has no slope
        (-0.5, -0.7, 0.0),
        (-0.5, 0.3, -0.8),
    ],
)
def test_the_value_loss_has_the_slope_of_the_worse(value, target, slope):
    values = tensor([value], requires_grad=True)
    value_loss(values, tensor([0.0]), tensor([target]), clip=0.2).sum().backward()
    assert values.grad.tolist() == pytest.approx([slope], abs=1e-5)


def test_gradients_of_the_clipped_losses_are_those_of_finite_differences():
    log_ratio, gains, old, returns = torch.randn(4, 50, generator=seeded("losses"), dtype=torch.float64)
    moved = (old + 0.3 * log_ratio).requires_grad_()
    ratios = (0.3 * log_ratio).requires_grad_()
    # differences over 1e-6, in float64, of which none straddles the edge of the band
    assert torch.autograd.gradcheck(lambda x: policy_loss(x, gains, 0.2), ratios, atol=1e-5, rtol=1e-5)
    assert torch.autograd.gradcheck(lambda x: value_loss(x, old, returns, 0.2), moved, atol=1e-5, rtol=1e-5)


def test_the_value_loss_takes_the_worse_of_moved_and_clipped():
    # old 0, now 1: clipped at 0.2. Return 1: max(0, 0.64)/2; return 0: max(1, 0.04)/2; now 0.1: 0.81/2
    found = value_loss(tensor([1.0, 1.0, 0.1]), torch.zeros(3), tensor([1.0, 0.0, 1.0]), clip=0.2)
    assert found.tolist() == pytest.approx([0.32, 0.5, 0.405], abs=1e-5)
    # old 1, now 0: clipped at 0.8. Return 0: max(0, 0.64)/2; return 3: max(9, 4.84)/2
    found = value_loss(torch.zeros(2), torch.ones(2), tensor([0.0, 3.0]), clip=0.2)
    assert found.tolist() == pytest.approx([0.32, 4.5], abs=1e-5)
