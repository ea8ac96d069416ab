from datetime import UTC, datetime, timedelta, timezone

import pytest

from store.errors import HoneError
from store.rule import RuleSettings, Standing, due, words
from store.settings import load_section

TWO = datetime(2026, 3, 7, 2, 0, tzinfo=timezone(timedelta(hours=1)))
NIGHTLY = RuleSettings(nightly="02:00", nightly_labels=10)


def standing(new_labels=10, last_start=None, is_busy=False):
    return Standing(new_labels=new_labels, last_start=last_start, is_busy=is_busy)


def test_without_a_rule_no_round_starts_however_many_labels_there_are():
    assert not due(RuleSettings(), standing(10_000), TWO)


@pytest.mark.parametrize(("labels", "starts"), [(99, False), (100, True), (101, True)])
def test_a_round_starts_after_so_many_new_labels(labels, starts):
    assert due(RuleSettings(every_labels=100), standing(labels), TWO) is starts


@pytest.mark.parametrize("rule", [RuleSettings(every_labels=1), NIGHTLY])
def test_none_starts_beside_one_that_runs_or_was_left_unfinished(rule):
    assert due(rule, standing(), TWO)
    assert not due(rule, standing(is_busy=True), TWO)


@pytest.mark.parametrize(
    ("minutes", "starts"), [(-1, False), (0, True), (59, True), (60, False), (23 * 60, False)]
)
def test_a_nightly_round_starts_within_an_hour_of_its_time(minutes, starts):
    assert due(NIGHTLY, standing(), TWO + timedelta(minutes=minutes)) is starts


def test_a_time_just_before_midnight_lasts_into_the_next_day():
    rule = RuleSettings(nightly="23:30", nightly_labels=1)
    assert due(rule, standing(), TWO.replace(hour=0, minute=10))
    assert not due(rule, standing(), TWO.replace(hour=0, minute=40))


def test_a_night_has_one_round_whatever_came_of_it():
    at = TWO + timedelta(minutes=20)
    assert due(NIGHTLY, standing(last_start=TWO - timedelta(minutes=1)), at)
    assert not due(NIGHTLY, standing(last_start=(TWO + timedelta(minutes=1)).astimezone(UTC)), at)


@pytest.mark.parametrize(("labels", "starts"), [(9, False), (10, True)])
def test_too_few_labels_start_none_at_night(labels, starts):
    assert due(NIGHTLY, standing(labels), TWO) is starts


def test_what_is_waited_for_is_said_in_a_sentence():
    assert words(RuleSettings(), 3) == ""
    both = RuleSettings(every_labels=1000, nightly="02:00")
    assert words(both, 340) == (
        "The next round starts of itself at 1,000 new labels or at 02:00 if there are 50; new labels so far: "
        "340."
    )


@pytest.mark.parametrize("time", ["2:00", "24:00", "02:60", "at night"])
def test_a_time_that_is_none_is_refused(tmp_path, time):
    (tmp_path / "hone.toml").write_text(f'[rule]\nnightly = "{time}"\n')
    with pytest.raises(HoneError, match="nightly"):
        load_section(RuleSettings, "rule", tmp_path / "hone.toml")
