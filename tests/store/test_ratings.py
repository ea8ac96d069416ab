"""Ratings of policies from all their games: known values, chains of games, and what cannot be known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from store.errors import HoneError
from store.ratings import Played, fit, rate


def games(one: str, other: str, wins: int, losses: int, ties: int = 0) -> list[Played]:
    points = [1.0] * wins + [0.0] * losses + [0.5] * ties
    return [
        Played(one=one, other=other, prompt_id=f"p{number}", points=each)
        for number, each in enumerate(points)
    ]


THREE = [*games("a", "b", 60, 40), *games("b", "c", 55, 45), *games("a", "c", 70, 30)]


def test_the_fit_is_the_published_one() -> None:
    won = np.array([[[0, 60, 70], [40, 0, 55], [30, 45, 0]]], dtype=float)
    assert fit(won)[0] == pytest.approx([0.4146, -0.0692, -0.3454], abs=1e-4)


def test_ratings_are_differences_from_the_anchor() -> None:
    found = {rating.policy_id: rating for rating in rate(THREE, "b")}
    assert list(found) == ["a", "b", "c"]
    assert found["a"].strength.value == pytest.approx(0.4146 + 0.0692, abs=2e-4)
    assert found["b"].strength.low == found["b"].strength.high == 0
    assert found["c"].games == 200


def test_ten_to_one_is_four_hundred_points_of_elo() -> None:
    best, anchor = rate(games("new", "old", 100, 10), "old")
    assert best.elo.value == pytest.approx(1400, abs=1e-3)
    assert anchor.elo.low == anchor.elo.high == 1000


def test_two_policies_alone_have_the_log_odds_of_their_points_and_a_tie_is_half() -> None:
    (best, _anchor) = rate(games("new", "old", 50, 10, ties=40), "old")
    assert best.strength.value == pytest.approx(math.log(0.7 / 0.3), abs=1e-5)


def test_an_interval_widens_with_fewer_prompts_and_holds_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    held, widths = 0, []
    for count in [*[100] * 40, 1600]:
        wins = int(chance.binomial(count, 0.7))
        best = rate(games("new", "old", wins, count - wins), "old")[0]
        new = best.strength if best.policy_id == "new" else None
        assert new is not None
        held += count == 100 and new.low <= math.log(7 / 3) <= new.high
        widths.append(new.high - new.low)
    assert 34 <= held <= 40
    assert widths[-1] < 0.35 * np.mean(widths[:-1])


def test_games_on_the_same_prompts_do_not_make_more_certain_than_their_prompts() -> None:
    once = games("new", "old", 14, 6)
    width = [
        rating.strength.high - rating.strength.low
        for played in (once, once * 10)
        for rating in rate(played, "old")
        if rating.policy_id == "new"
    ]
    assert width[1] == pytest.approx(width[0], rel=1e-3)


def test_a_policy_that_never_played_the_anchor_is_rated_through_those_who_did() -> None:
    found = rate([*games("b", "a", 70, 30), *games("c", "b", 70, 30)], "a")
    assert [rating.policy_id for rating in found] == ["c", "b", "a"]
    assert found[0].strength.value == pytest.approx(2 * math.log(7 / 3), abs=1e-4)


def test_those_whom_no_game_ties_to_the_anchor_are_left_out() -> None:
    found = rate([*games("b", "a", 7, 3), *games("x", "y", 7, 3)], "a")
    assert {rating.policy_id for rating in found} == {"a", "b"}


def test_who_only_won_is_first_and_said_to_be_without_bound() -> None:
    found = rate([*games("b", "a", 6, 4), *games("c", "b", 9, 0)], "a")
    assert [(rating.policy_id, rating.is_bounded) for rating in found] == [
        ("c", False),
        ("b", True),
        ("a", True),
    ]
    assert math.isfinite(found[0].strength.value)


def test_an_anchor_without_games_is_refused() -> None:
    with pytest.raises(HoneError, match="Expected games of first, to which ratings are tied; there is none"):
        rate(THREE, "first")
