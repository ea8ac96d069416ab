"""Whether wins are bought with words; figures by hand."""

import pytest

from rlhf.intervals import win_rate
from rlhf.length_effect import is_like, length_effect
from rlhf.matches import play
from store.records import Judge


def effect(games, ours, theirs):
    (match,) = play("first", Judge.REWARD_MODELS, games, {"all": list(range(len(games)))})
    return length_effect(match, ours, theirs)


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        (10, 10, True),
        (9, 10, True),
        (10, 9, True),
        (8, 10, False),
        (100, 91, True),
        (100, 89, False),
        (0, 0, True),
    ],
)
def test_lengths_are_alike_up_to_a_tenth_of_the_longer(one, other, like):
    assert is_like(one, other) is like


def test_who_wins_among_answers_of_like_length_is_told_apart():
    found = effect([1.0, 1.0, 0.0, 0.5, 1.0], [30, 40, 10, 10, 10], [10, 20, 10, 10, 11])
    assert (found.opponent, found.judge, found.like) == ("first", Judge.REWARD_MODELS, 3)
    assert found.win_rate == win_rate(1, 1, 1)
    # 20, 20, 0, 0 and -1 tokens
    assert found.difference.value == pytest.approx(7.8)
    assert found.difference.low < 7.8 < found.difference.high
    # of three prompts won with answers of unlike length, the longer answer won two
    assert found.longer_wins == win_rate(2, 0, 1)


def test_a_loss_of_the_shorter_answer_is_a_win_of_the_longer():
    assert effect([0.0, 0.0], [5, 50], [50, 5]).longer_wins == win_rate(1, 0, 1)


def test_where_no_lengths_are_alike_nothing_is_known():
    found = effect([1.0], [30], [10])
    assert (found.like, found.win_rate.low, found.win_rate.high) == (0, 0.0, 1.0)
