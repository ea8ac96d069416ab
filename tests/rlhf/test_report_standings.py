"""The report's figures of all policies beside each other: the two axes and the ratings."""

from dataclasses import replace

import pandas as pd
import pytest

from rlhf.drawings import as_svg
from rlhf.report_standings import figures, rating_rows
from store.abreast import axis_rows, span
from store.axes import Axis, Place
from store.intervals import Interval, wilson
from store.ratings import ELO, Rating
from store.records import Judge
from store.scoreboard import JUDGES
from store.verbs.rating import JudgeRatings, RatingsSeen


def place(number: int, judge: Judge, helpful: float, harmless: float | None) -> Place:
    return Place(
        round=number,
        policy_id=f"policy-{number}",
        judge=judge,
        helpfulness=Axis(win_rate=wilson(helpful, 100), prompts=100),
        harmlessness=None if harmless is None else Axis(win_rate=wilson(harmless, 50), prompts=50),
    )


def rating(name: str, value: float, *, is_bounded: bool = True) -> Rating:
    strength = Interval(value=value, low=value - 0.1, high=value + 0.1)
    return Rating(policy_id=name, strength=strength, games=100, is_bounded=is_bounded)


SEEN = RatingsSeen(
    judges=(
        JudgeRatings(
            judge=Judge.GOLD,
            ratings=(
                rating("policy-2", 1.0, is_bounded=False),
                rating("policy-1", 0.5),
                rating("first", 0.0),
            ),
        ),
    ),
    places=(
        place(1, Judge.GOLD, 60, 30),
        place(2, Judge.GOLD, 70, 45),
        place(1, Judge.PEOPLE, 55, None),
    ),
    rounds={"first": 0, "policy-1": 1, "policy-2": 2},
)


def test_each_judges_way_begins_at_even_and_who_was_asked_on_one_track_alone_has_no_place():
    rows = pd.DataFrame(axis_rows(SEEN, JUDGES))
    found = rows[["line", "round", "helpfulness", "harmlessness"]].to_numpy().tolist()
    assert found == [["Oracle", 0, 0.5, 0.5], ["Oracle", 1, 0.6, 0.6], ["Oracle", 2, 0.7, 0.9]]
    assert rows["helpfulness_low"].iloc[1] == pytest.approx(wilson(60, 100).low)


def test_the_axes_reach_from_the_tenth_below_every_interval_to_the_tenth_above():
    # 60 of 100 won is 0.50 to 0.69, 30 of 50 is 0.46 to 0.72, and 45 of 50 is 0.79 to 0.96
    assert span(axis_rows(SEEN, JUDGES)) == [0.4, 1.0]
    lost = replace(SEEN, places=(place(1, Judge.GOLD, 28, 30),))  # 0.20 to 0.37
    assert span(axis_rows(lost, JUDGES)) == [0.2, 0.8]
    won = replace(SEEN, places=(place(1, Judge.GOLD, 95, 48),))
    assert span(axis_rows(won, JUDGES)) == [0.4, 1.0]


def test_ratings_are_on_elos_scale_by_round_and_who_came_of_none_is_not_called_the_first():
    rows = rating_rows(replace(SEEN, rounds={"first": 0, "policy-2": 2}))
    assert rows["round"].tolist() == ["0", "2", "unknown"]
    assert rows["elo"].tolist() == pytest.approx([1000, 1000 + ELO, 1000 + ELO / 2])


def test_both_figures_are_drawn_and_say_whose_rating_is_only_a_bound():
    drawn = {title: (as_svg(chart), caption) for title, chart, caption in figures(SEEN)}
    assert list(drawn) == ["Helpful and harmless", "Ratings"]
    svg, caption = drawn["Helpful and harmless"]
    assert "Win rate on helpfulness" in svg
    assert ">Oracle<" in svg
    assert ">People<" not in svg
    assert "Up and to the right" in caption
    assert "Round 2 won or lost every game" in drawn["Ratings"][1]


def test_a_home_whose_policies_never_met_has_no_figure():
    assert figures(RatingsSeen(judges=(), places=(), rounds={})) == []
