"""What the crowd and reward models say together."""

from __future__ import annotations

import numpy as np
import pytest
from ballot_box import ballots, crowd

from store.quality.belief import RIGHT, Trust, believe, log_odds, trust
from store.quality.doubts import doubts
from store.reliability.choices import sigmoid


def said(right: float, kappa: float, labels: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds of a crowd that thinks itself right in two of three, and gaps that tell of the same truth."""
    made = np.random.default_rng(seed)
    truth = made.choice([-1, 1], labels)
    crowd_says = np.where(made.random(labels) < right, truth, -truth)
    size = made.exponential(2.0, labels)
    gap = np.where(made.random(labels) < sigmoid(kappa * size), truth, -truth) * size
    return crowd_says * np.log(2), gap


@pytest.mark.parametrize("right", [0.7, 0.95])
def test_how_often_the_crowd_is_right_is_told_by_the_largest_gaps(right: float):
    found = trust(*said(right, 1.0, 20_000))
    assert abs(sigmoid(np.asarray(found.crowd * np.log(2))) - right) < 0.03  # a step of the grid
    assert 0.75 < found.gaps < 1.3  # a step of the grid either way


def test_few_gaps_leave_the_crowd_as_right_as_people_are():
    found = trust(*said(0.99, 0.05, 30))
    assert abs(sigmoid(np.asarray(found.crowd * np.log(2))) - RIGHT) < 0.03


def test_without_gaps_the_crowd_is_taken_at_its_word():
    assert trust(np.array([]), np.array([])) == Trust(crowd=1.0, gaps=0.0)


def test_of_very_many_rows_a_part_tells():
    odds, gaps = said(0.9, 1.0, 60_000)
    assert trust(odds, gaps) == trust(odds[::3], gaps[::3])


def test_doubts_are_chances():
    """Of labels that are said to be wrong with some chance so many are."""
    box = crowd(7, [0.9] * 10, items=30_000, each=1, gaps=1.0)
    chance = doubts(box.ballots, believe(box.ballots)).wrong
    wrong = box.ballots.says != box.truth
    for low, high in ((0.0, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 1.0)):
        these = (chance >= low) & (chance < high)
        assert these.sum() > 200
        assert abs(wrong[these].mean() - chance[these].mean()) < 0.05  # three errors of the smallest part


def test_others_are_everybody_but_oneself_and_reward_models():
    box = ballots([0, 0, 0, 1], [0, 1, 0, 0], [1, 1, -1, 1], gap=[0.5, 0.5, 0.5, np.nan])
    found = believe(box)
    alone = log_odds(found.crowd.alone)
    assert found.by_others[0] == pytest.approx(found.crowd_trust[0] * alone[1] + found.models[0])
    assert found.by_others[1] == pytest.approx(found.crowd_trust[1] * (alone[0] + alone[2]) + found.models[1])
    assert found.by_others[3] == 0
