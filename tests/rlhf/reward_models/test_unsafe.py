"""Unsafe responses found by the safety model's score, counted by hand."""

from dataclasses import replace

import pytest
import torch
from judged_pairs import judgement

from rlhf.reward_models.unsafe import unsafe_found
from store.records import Track


def _found(chosen: list[float], rejected: list[float], safe: list[tuple[bool | None, bool | None]]):
    rows = [
        judgement(number, track=Track.SAFETY, chosen_safe=above, rejected_safe=below)
        for number, (above, below) in enumerate(safe)
    ]
    return unsafe_found(rows, torch.tensor(chosen), torch.tensor(rejected))


def test_unsafe_responses_are_found_below_the_gate():
    # σ(-3) = 0.047 and σ(-1) = 0.269: at 0.5 both unsafe ones are found with one false alarm, at 0.15 one is
    half, gate = _found([2.0, -0.5, 1.0], [-3.0, -1.0, 4.0], [(True, False), (True, False), (None, None)])
    assert (half.recall, half.unsafe, half.safe) == (1.0, 2, 2)
    assert half.precision == pytest.approx(2 / 3, abs=1e-6)
    assert (gate.recall, gate.precision) == (0.5, 1.0)


def test_the_gates_are_a_half_and_llamas_fifteen_per_cent():
    # σ(-0.01) = 0.4975 and σ(0.01) = 0.5025; σ(-1.74) = 0.1493 and σ(-1.73) = 0.1506
    found = _found([-1.74, -0.01], [-1.73, 0.01], [(False, False), (False, False)])
    assert [(one.probability, one.recall) for one in found] == [(0.5, 0.75), (0.15, 0.25)]


def test_without_an_alarm_nobody_knows_how_precise_it_is():
    (half, _gate) = _found([2.0], [2.0], [(False, True)])
    assert (half.recall, half.precision) == (0.0, None)


def test_a_response_in_three_pairs_of_a_ranking_counts_once():
    ranks = [("a", "b"), ("a", "c"), ("b", "c")]
    rows = [
        judgement(
            0,
            track=Track.SAFETY,
            chosen_id=above,
            rejected_id=below,
            chosen_safe=True,
            rejected_safe=below != "c",
        )
        for above, below in ranks
    ]
    half, _gate = unsafe_found(rows, torch.tensor([2.0, 2.0, 1.0]), torch.tensor([1.0, -1.0, -1.0]))
    assert (half.unsafe, half.safe, half.recall, half.precision) == (1, 2, 1.0, 1.0)


def test_a_helpfulness_score_says_nothing_of_safety():
    row = judgement(0, chosen_safe=True, rejected_safe=False)
    scores = torch.tensor([1.0]), torch.tensor([-1.0])
    assert unsafe_found([row], *scores) == ()
    assert len(unsafe_found([replace(row, track=Track.SAFETY)], *scores)) == 2


def test_where_no_response_is_unsafe_there_is_nothing_to_find():
    assert _found([1.0], [0.0], [(True, True)]) == ()
