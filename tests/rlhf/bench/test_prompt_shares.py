"""Shares of answers whose prompts have several: numbers by hand, and the simplest cases."""

from __future__ import annotations

import pytest

from rlhf.bench.prompt_shares import Count, difference, share, tally
from rlhf.intervals import FEWEST
from store.intervals import Z95, wilson


def test_answers_are_counted_by_prompt():
    assert tally([("a", 1), ("b", 0), ("a", 0.5)]) == {"a": Count(1.5, 2), "b": Count(0.0, 1)}


def test_one_answer_a_prompt_is_wilson_over_all_but_one_of_them():
    one = {str(place): Count(place < 30, 1) for place in range(100)}
    found = share([one])  # v = (100 / 99) p (1-p) 100 / 100²
    assert (found.answers, found.prompts) == (100, 100)
    expected = wilson(0.3 * 99, 99)
    assert found.interval.low == pytest.approx(expected.low)
    assert found.interval.high == pytest.approx(expected.high)


def test_the_same_prompts_in_each_of_three_seeds_are_no_more_prompts():
    one = {str(place): Count(place < 30, 1) for place in range(100)}
    assert share([one] * 3).interval.low == pytest.approx(share([one]).interval.low)
    assert share([one] * 3).answers == 300


def test_prompts_that_differ_more_than_their_answers_would_by_chance_count_less():
    # Four answers alike each: v = (100 / 99) 100 (4 / 2)² / 400², and p (1-p) / v = 99.
    alike = share([{str(place): Count(4 * (place % 2), 4) for place in range(100)}])
    assert alike.interval.low == pytest.approx(wilson(49.5, 99).low)
    # Half of every prompt's: no more than all the answers are worth.
    assert share([{str(place): Count(2, 4) for place in range(100)}]).interval == wilson(200, 400)


def test_where_all_agree_a_prompt_is_worth_one_answer():
    assert share([{"a": Count(0, 4), "b": Count(0, 4)}] * 3).interval == wilson(0, 2)
    assert share([{"a": Count(2, 4)}]).interval == wilson(0.5, 1)
    assert share([{}]).interval == wilson(0, 0)


def test_a_difference_is_over_the_same_prompts():
    ours = {"a": Count(1, 4), "b": Count(2, 4), "c": Count(3, 4)}
    theirs = {"a": Count(2, 4), "b": Count(4, 4), "c": Count(3, 4)}
    one, other = (
        {f"{name}{time}": count for name, count in side.items() for time in range(3)}
        for side in (ours, theirs)
    )
    found = difference([one], [other])  # thrice gaps of -1, -2, 0, of 4 answers each; their mean -1
    assert (found.differ, found.interval.value) == (6, pytest.approx(-9 / 36))
    half = Z95 * (9 / 8 * 6 / 36**2) ** 0.5
    assert (found.interval.low, found.interval.high) == (
        pytest.approx(-0.25 - half),
        pytest.approx(-0.25 + half),
    )


@pytest.mark.parametrize(("down", "falls"), [(0, False), (4, False), (5, False), (6, True)])
def test_too_few_prompts_that_differ_show_nothing(down: int, falls: bool):
    """As a sign test at 0.05: 4 of 4 have p = 2 / 2^4 = 0.125, 5 have 0.0625, 6 have 0.03125."""
    theirs = {str(place): Count(1, 1) for place in range(100)}
    ours = {str(place): Count(place >= down, 1) for place in range(100)}
    found = difference([ours], [theirs])
    assert (found.differ, found.falls, found.rises) == (down, falls, False)
    assert difference([theirs], [ours]).rises is falls
    assert found.interval.value == pytest.approx(-down / 100)
    assert ((found.interval.low, found.interval.high) == (-1.0, 1.0)) is (down < FEWEST)


def test_as_many_up_as_down_show_nothing_either():
    ours = {str(place): Count(place % 2, 1) for place in range(100)}
    theirs = {str(place): Count((place + 1) % 2, 1) for place in range(100)}
    found = difference([ours], [theirs])
    assert (found.differ, found.falls, found.rises) == (100, False, False)
