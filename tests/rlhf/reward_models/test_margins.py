"""The margins of Llama 2, Table 27."""

import pytest
import torch

from rlhf.reward_models.margins import margins

DEGREES = torch.tensor([3, 2, 1, 0])


def test_the_small_margin_falls_from_one_by_thirds():
    assert margins(DEGREES, "small").tolist() == pytest.approx([1, 0.6667, 0.3333, 0], abs=1e-4)


def test_the_large_margin_is_the_degree_itself():
    assert margins(DEGREES, "large").tolist() == [3, 2, 1, 0]


def test_no_margin_is_nothing_at_any_degree():
    assert margins(DEGREES, "none").tolist() == [0, 0, 0, 0]
