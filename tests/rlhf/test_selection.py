"""What a comparison is worth, by hand; and which are chosen for it."""

import pytest
import torch
from torch import tensor

from rlhf.selection import by_chance, closeness, disagreement, farthest, greatest, profiles


def test_members_that_are_sure_of_opposite_signs_differ_most():
    # σ(2) = 0.8808, σ(-2) = 0.1192: half their distance. Members at 2 and 6 state 0.8808 and 0.9975.
    assert disagreement(tensor([[2.0, 0.0], [0.0, 2.0]])) == pytest.approx(0.3808, abs=1e-4)
    assert disagreement(tensor([[2.0, 0.0], [6.0, 0.0]])) == pytest.approx(0.0584, abs=1e-4)
    assert disagreement(tensor([[0.3, 0.0]])) == 0


def test_of_a_ranking_the_pairs_count_alike():
    # The pairs differ by 1, 3 and 2 at the one member, by 1, 1 and 0 at the other: means 1, 2 and 1.
    assert closeness(tensor([[3.0, 2.0, 0.0], [1.0, 0.0, 0.0]])) == pytest.approx(-4 / 3, abs=1e-6)
    alone = disagreement(tensor([[2.0, 0.0], [0.0, 2.0]]))
    # A third response that equals the second: of three pairs two differ so, and one not at all.
    threefold = disagreement(tensor([[2.0, 0.0, 0.0], [0.0, 2.0, 2.0]]))
    assert threefold == pytest.approx(2 / 3 * alone, abs=1e-6)


def test_closeness_is_blind_to_what_the_members_disagree_on():
    assert closeness(tensor([[5.0, 0.0], [0.0, 5.0]])) == 0
    assert closeness(tensor([[1.0, 0.0]])) == -1


def test_the_greatest_are_chosen_and_the_first_of_equal_ones():
    values = tensor([0.1, 0.9, 0.5, 0.9, 0.5])
    assert greatest(values, 3, without=()) == [1, 2, 3]
    assert greatest(values, 3, without=(1,)) == [2, 3, 4]
    assert greatest(values, 9, without=(0, 1)) == [2, 3, 4]


def test_chance_takes_each_once_and_the_same_seed_the_same():
    drawn = by_chance(10, 4, torch.Generator().manual_seed(0))
    assert drawn == sorted(set(drawn)) == by_chance(10, 4, torch.Generator().manual_seed(0))
    assert by_chance(3, 9, torch.Generator()) == [0, 1, 2]


def test_what_lies_farthest_from_all_that_is_chosen_is_chosen_next():
    # Unit vectors at 0, 10, 90, 180 and 100 degrees.
    angles = torch.deg2rad(tensor([0.0, 10.0, 90.0, 180.0, 100.0]))
    rows = torch.stack([angles.cos(), angles.sin()], dim=1)
    chosen = farthest(rows, 2, centres=[0])
    # 1 - cos 180° = 2; then 1 - cos 90° = 1 to the first, and from 100° only 1 - cos 80° = 0.8264.
    assert list(chosen) == [3, 2]
    assert list(chosen.values()) == pytest.approx([2.0, 1.0], abs=1e-6)
    assert list(farthest(rows, 9, centres=[0, 3])) == [2, 1, 4]
    assert list(farthest(rows, 9, centres=[])) == [0, 3, 2, 1, 4]
    assert farthest(rows, 3, centres=[]) == pytest.approx({0: 2.0, 3: 2.0, 2: 1.0}, abs=1e-6)


def test_texts_that_share_rare_words_lie_together_and_common_ones_tell_nothing():
    texts = ["What is a whale?", "what  is a  WHALE?", "What is a piano?", "What is a comet?"]
    rows = profiles(texts)
    likeness = rows @ rows.T
    assert likeness[0, 1].item() == pytest.approx(1, abs=1e-5)
    assert likeness[0, 2].item() < 0.3
    assert profiles(["", "これは鯨です"]).isfinite().all()
