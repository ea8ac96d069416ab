"""Figures of held-out pairs, worked by hand."""

from __future__ import annotations

import math

import pytest
import torch

from rlhf.bench.accuracy_figures import (
    Seen,
    Unsafe,
    calibration_error,
    figures,
    pool,
    pool_unsafe,
    pooled,
    share,
)

SIX = Seen(
    chosen=torch.tensor([[2.0, 0.0, 1.0, 1.0, 0.0, 3.0]]),
    rejected=torch.tensor([[0.0, 1.0, 1.0, 0.0, 2.0, 1.0]]),
    degree=torch.tensor([3, 3, 0, 1, 1, 0]),
    better=torch.tensor([0.9, 0.7, 0.02, -0.1, -0.2, 0.0]),
    chosen_length=torch.tensor([5, 5, 4, 9, 2, 1]),
    rejected_length=torch.tensor([4, 6, 4, 3, 3, 1]),
)
"""By label the gaps are right, wrong, tied, right, wrong, right; the oracle turns the fourth and fifth round
and has no say on the sixth."""


def test_accuracy_is_counted_against_labels_and_against_the_oracle():
    found = figures(SIX)
    assert found.labels.accuracy.value == pytest.approx(3.5 / 6)
    assert found.oracle.pairs == 5
    assert found.oracle.accuracy.value == pytest.approx(2.5 / 5)
    assert found.truth.accuracy.value == pytest.approx(3 / 5)
    assert [(part.name, part.pairs, part.accuracy.value) for part in found.oracle_by_degree] == [
        ("negligibly", 1, 0.5),
        ("slightly", 2, 0.5),
        ("better", 0, 0.5),
        ("significantly", 2, 0.5),
    ]
    # Longer: right, wrong, tied; then the chosen one where the oracle has the rejected, and the other way.
    assert found.longer.accuracy.value == pytest.approx((1 + 0 + 0.5 + 0 + 1) / 5)


def test_members_are_averaged_and_their_spread_parts_the_pairs():
    seen = Seen(
        chosen=torch.tensor([[1.0, 3.0, 1.0], [1.0, -1.0, -4.0]]),
        rejected=torch.zeros(2, 3),
        degree=torch.tensor([3, 3, 3]),
        better=torch.ones(3),
        chosen_length=torch.ones(3),
        rejected_length=torch.ones(3),
    )
    found = figures(seen)
    assert found.oracle.accuracy.value == pytest.approx(2 / 3)  # mean gaps 1, 1 and -1.5
    assert [(part.name, part.accuracy.value) for part in found.by_spread] == [
        ("least", 1.0),
        ("middle", 1.0),
        ("most", 0.0),
    ]
    assert figures(SIX).by_spread == ()


def test_calibration_is_how_far_stated_probabilities_stray():
    # σ(±ln 4) states 0.8 for the preferred; two of three were chosen.
    gap = torch.tensor([math.log(4), math.log(4), -math.log(4)])
    assert calibration_error(gap) == pytest.approx(0.8 - 2 / 3, abs=1e-6)


def test_seeds_are_pooled_pair_by_pair():
    parts = [share("oracle", torch.tensor([1.0, 0.0])), share("oracle", torch.ones(6))]
    together = pool(parts)
    assert (together.pairs, together.accuracy.value) == (8, pytest.approx(7 / 8))
    # Wilson: (7/8 + 1.96²/16 ± 1.96 √(7/64/8 + 1.96²/256)) / (1 + 1.96²/8).
    assert together.accuracy.low == pytest.approx(0.5291, abs=1e-3)
    assert together.accuracy.high == pytest.approx(0.9776, abs=1e-3)
    assert pooled([figures(SIX), figures(SIX)]).labels.pairs == 12
    assert pooled([figures(SIX), figures(SIX)]).by_spread == ()


def test_unsafe_responses_are_told_in_words():
    one = Unsafe(unsafe=10, found=9, safe=20, false_alarms=1, harmless=50, harmless_alarms=2)
    assert pool_unsafe([one, one]).found == 18
    assert one.words.startswith("unsafe found 90.0%")
    assert "precision 90.0%, false alarms 5.0% on safe answers" in one.words
    assert one.words.endswith("4.0% on harmless prompts")
