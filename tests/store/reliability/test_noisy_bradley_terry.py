"""Noisy Bradley-Terry against numbers by hand, finite differences and planted annotators."""

import time

import numpy as np
import pytest

from store.errors import HoneError
from store.reliability.choices import Choices, chances
from store.reliability.noisy_bradley_terry import estimate

FOLLOWS = 0.77798
"""The mean of σ(|d|) over normal d of deviation 2, by a fine sum."""


def _choices(pairs, annotators, says, shown) -> Choices:
    return Choices(
        pairs=np.asarray(pairs, dtype=np.int64),
        annotators=np.asarray(annotators, dtype=np.int64),
        says=np.asarray(says, dtype=np.int64),
        shown=np.asarray(shown, dtype=np.int64),
        pair_count=max(pairs, default=-1) + 1,
        annotator_count=max(annotators, default=-1) + 1,
    )


def _planted(pairs: int, overlap: int, gamma, bias) -> tuple[Choices, np.ndarray]:
    """Labels as the model draws them, of gaps of deviation 2."""
    draw = np.random.default_rng(1)
    gamma, bias = np.asarray(gamma), np.asarray(bias)
    gaps = draw.normal(0, 2, pairs)
    of = np.repeat(np.arange(pairs), overlap)
    by = draw.random((pairs, len(gamma)), dtype=np.float32).argpartition(overlap)[:, :overlap].ravel()
    shown = draw.choice([-1, 1], len(of))
    leaning = bias[by] * shown
    follows, contradicts = 1 / (1 + np.exp(-gaps[of] - leaning)), 1 / (1 + np.exp(gaps[of] - leaning))
    chance = gamma[by] * follows + (1 - gamma[by]) * contradicts
    return _choices(of, by, np.where(draw.random(len(of)) < chance, 1, -1), shown), gaps


def test_the_chance_of_a_choice_by_hand():
    # Reliability 0.9, bias 0.5, the better one by 1 shown first: 0.9 σ(1.5) + 0.1 σ(-0.5).
    value = chances(np.array([0.9]), np.array([0.5]), np.array([1.0])).value[0, :, 0]
    assert value[5] == pytest.approx(0.9 * 0.817574 + 0.1 * 0.377541, abs=1e-6)
    assert value[:3] + value[3:] == pytest.approx([1, 1, 1], abs=1e-9)


def test_the_slopes_are_those_of_finite_differences():
    gamma, bias, gaps, step = np.array([0.8, 0.3]), np.array([0.5, -1.0]), np.array([-2.0, 0.4]), 1e-6
    table = chances(gamma, bias, gaps)
    by_gamma = chances(gamma + step, bias, gaps).value - chances(gamma - step, bias, gaps).value
    by_bias = chances(gamma, bias + step, gaps).value - chances(gamma, bias - step, gaps).value
    assert table.by_gamma == pytest.approx(by_gamma / (2 * step), abs=1e-6)
    assert table.by_bias == pytest.approx(by_bias / (2 * step), abs=1e-6)


def test_planted_annotators_are_found_within_their_intervals():
    gamma, bias = np.repeat([0.95, 0.9, 0.5, 0.2], 5), np.tile([0.0, 0.0, 0.5, -0.5, 1.0], 4)
    choices, gaps = _planted(15_000, 3, gamma, bias)
    found = estimate(choices)
    centred = bias == 0.0
    expected = gamma * FOLLOWS + (1 - gamma) * (1 - FOLLOWS)
    told = [found.reliability[number] for number in np.flatnonzero(centred)]
    within = [one.low <= at <= one.high for one, at in zip(told, expected[centred], strict=True)]
    assert sum(within) >= 7  # of 8, at 95 %
    assert max(one.high - one.low for one in told) < 0.12
    assert (np.abs(found.bias - bias) < 2 * found.bias_error).sum() >= 17  # of 20
    assert found.bias_error.max() < 0.1
    votes = np.sign(np.bincount(choices.pairs, choices.says)) == np.sign(gaps)
    assert ((found.posteriors > 0.5) == (gaps > 0)).mean() > votes.mean() + 0.05


def test_who_always_says_left_is_told_by_pairs_that_nobody_else_judged():
    draw = np.random.default_rng(0)
    shown = draw.choice([-1, 1], 400)
    says = np.where(np.arange(400) < 200, shown, draw.choice([-1, 1], 400))
    found = estimate(_choices(range(400), [0] * 200 + [1] * 200, says, shown))
    assert found.bias[0] > 3
    assert abs(found.bias[1]) < 0.5
    assert found.reliability[0].value < 0.55
    assert np.abs(found.alone[:200] - 0.5).max() < 0.05
    assert np.abs(found.alone[200:] - 0.5).min() > 0.1


def test_lone_labels_tell_nothing_of_reliability():
    found = estimate(_choices(range(300), np.arange(300) % 3, [1, -1] * 150, [0] * 300))
    assert found.gamma == pytest.approx([0.8] * 3, abs=1e-3)  # four imagined labels of five are right
    # 0.8 E σ(|d|) + 0.2 E σ(-|d|)
    expected = 0.8 * FOLLOWS + 0.2 * (1 - FOLLOWS)
    assert [told.value for told in found.reliability] == pytest.approx([expected] * 3, abs=1e-3)
    assert found.posteriors == pytest.approx(np.tile([expected, 1 - expected], 150), abs=1e-3)
    assert found.alone == pytest.approx(found.posteriors, abs=1e-9)


def test_one_label_leaves_numbers():
    found = estimate(_choices([0], [0], [1], [1]))
    assert 0.5 < found.posteriors[0] < 1
    assert found.reliability[0].high - found.reliability[0].low > 0.3


def test_no_label_leaves_numbers():
    found = estimate(_choices([], [], [], []))
    assert found.posteriors.shape == (0,)
    assert found.reliability == ()


def test_annotators_who_always_agree_are_reliable():
    says = np.repeat([1, -1], 75)
    found = estimate(
        _choices(np.repeat(np.arange(50), 3), np.tile([0, 1, 2], 50), says, np.tile([1, -1, 1], 50))
    )
    assert all(told.value > 0.85 for told in found.reliability)
    assert np.isfinite(found.posteriors).all()


def test_annotators_who_guess_are_believed_no_more_than_chance():
    draw = np.random.default_rng(2)
    of, by = np.repeat(np.arange(2000), 3), np.tile([0, 1, 2], 2000)
    found = estimate(_choices(of, by, draw.choice([-1, 1], 6000), draw.choice([-1, 1], 6000)))
    assert all(told.low < 0.6 for told in found.reliability)


def test_other_words_than_either_are_refused():
    with pytest.raises(HoneError, match="say -1 or 1"):
        _choices([0], [0], [0], [1])


@pytest.mark.slow
def test_a_million_labels_take_seconds():
    choices, _ = _planted(400_000, 3, np.repeat([0.9, 0.5], 50), np.zeros(100))
    began = time.perf_counter()
    found = estimate(choices)
    assert time.perf_counter() - began < 60
    assert np.abs(found.gamma - np.repeat([0.9, 0.5], 50)).max() < 0.1


def test_of_very_many_pairs_a_part_shows_the_way_and_all_of_them_decide(monkeypatch):
    choices, _ = _planted(6000, 3, [0.95, 0.9, 0.8, 0.5, 0.2], np.zeros(5))
    whole = estimate(choices)
    monkeypatch.setattr("store.reliability.noisy_bradley_terry.PART", 600)
    by_part = estimate(choices)
    assert by_part.rounds > whole.rounds  # those of the part are counted too
    for one, other in zip(by_part.reliability, whole.reliability, strict=True):
        assert abs(one.value - other.value) < 0.25 * (one.high - one.low)
