"""The table's numbers by hand, what differences say, and the page."""

import re
from dataclasses import replace
from math import inf, nan

import pytest

from rlhf import drawings
from rlhf.experiments.charts import charts
from rlhf.experiments.design import Design, Variant
from rlhf.experiments.findings import Difference, Need, findings
from rlhf.experiments.outcomes import Outcome
from rlhf.experiments.page import page
from rlhf.experiments.words import HEADS, cells, difference, note, sentences
from store.intervals import Interval
from store.rounds import RoundResult

DESIGN = Design(
    name="x",
    title="Rye & wheat",
    question="Is <rye> better?",
    seeds=(0, 1),
    rounds=1,
    labels=100,
    at_once=1,
    reach=0.6,
    variants=(Variant(name="wheat", values={}), Variant(name="rye", values={})),
)


def outcome(number: int, won: int, prompts: range, **more) -> Outcome:
    """The first `won` of the prompts were won, the others lost; none of it in round 0."""
    figures = RoundResult(
        **{
            "round": number,
            "labels": 100 * number,
            "reward_accuracy": 0.7 if number else None,
            "oracle_win_rate": 0.5,
            "oracle_win_rate_low": 0.5,
            "oracle_win_rate_high": 0.5,
            "reward_model_win_rate": 0.5 + 0.1 * number,
            "unsafe_rate": 0.4 - 0.3 * number,
            "false_refusal_rate": None,
            "kl": 2.0 * number,
            "seconds": 1.0,
            **more,
        }
    )
    names = [f"prompt {prompt}" for prompt in prompts]
    games = {name: float(place < won) if number else 0.5 for place, name in enumerate(names)}
    return Outcome(figures=figures, games=games)


def home(won: int, prompts: range, **more) -> list[Outcome]:
    return [outcome(0, 0, prompts), outcome(1, won, prompts, **more)]


FIRST, SECOND = range(100), range(50, 150)
FOUND = {
    "wheat": [home(60, FIRST), home(50, SECOND, kl=4.0, unsafe_rate=0.2)],
    "rye": [home(80, FIRST), home(70, SECOND)],
}


def test_a_row_is_the_mean_over_seeds_and_the_first_policy_ties_with_itself():
    start, after = findings(DESIGN, FOUND).rows[:2]
    assert (start.variant, start.round, start.labels) == ("wheat", 0, 0)
    assert start.win_rate == Interval(value=0.5, low=0.5, high=0.5)
    assert (after.win_rate.value, after.by_seed) == (pytest.approx(0.55), (0.6, 0.5))
    assert after.win_rate.low < 0.5
    assert after.win_rate.high > 0.6
    assert (after.kl, after.unsafe_rate) == (3.0, pytest.approx(0.15))
    assert (after.labels, after.reward_accuracy, after.false_refusal_rate) == (100, 0.7, None)
    assert after.reward_model_win_rate == pytest.approx(0.6)
    assert cells(after)[0:2] == ("1", "100")
    assert cells(after)[3:] == ("60.0", "15.0", "–", "70.0", "3.00")
    assert len(cells(after)) == len(HEADS)


def test_what_is_won_in_one_seed_and_lost_in_another_differs_all_the_same():
    turned = {"wheat": [home(60, FIRST), home(50, FIRST)], "rye": [home(50, FIRST), home(60, FIRST)]}
    (found,) = findings(DESIGN, turned).differences
    assert (found.win_rate.value, found.differ) == (0, 10)


def test_a_difference_is_of_the_same_prompts_in_the_same_seeds():
    (found,) = findings(DESIGN, FOUND).differences
    assert (found.variant, found.against, found.round) == ("rye", "wheat", 1)
    # In the first seed 20 of its 100 prompts, 60 to 79; in the second other 20 of its, 100 to 119.
    assert (found.win_rate.value, found.differ) == (pytest.approx(0.2), 40)
    assert found.word == "better"
    assert 0 < found.win_rate.low < found.win_rate.value < found.win_rate.high
    (even,) = findings(DESIGN, {"wheat": FOUND["wheat"], "rye": FOUND["wheat"]}).differences
    assert (even.win_rate, even.differ) == (Interval(value=0.0, low=0.0, high=0.0), 0)
    assert even.word == "not told apart"


def test_the_same_outcomes_say_the_same_again():
    assert repr(findings(DESIGN, FOUND)) == repr(findings(DESIGN, FOUND))  # a ratio of nothing equals none


def test_labels_for_a_win_rate_are_counted_between_rounds():
    wheat, rye = findings(DESIGN, FOUND).needs
    assert (wheat.variant, wheat.labels) == ("wheat", inf)
    assert (rye.variant, rye.labels) == ("rye", pytest.approx(40))  # 0.6 of 0.5 to 0.75
    assert findings(replace(DESIGN, reach=None), FOUND).needs == ()
    lower = findings(replace(DESIGN, reach=0.52), FOUND).needs
    assert [need.labels for need in lower] == [pytest.approx(40), pytest.approx(8)]
    assert lower[1].ratio.value == pytest.approx(0.2)


def told(value: float, low: float, high: float, differ: int = 9, seeds: int = 3) -> Difference:
    rate = Interval(value=value, low=low, high=high)
    return Difference(variant="rye", against="wheat", round=3, seeds=seeds, win_rate=rate, differ=differ)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (told(0.05, 0.01, 0.09), "rye: better than wheat by 5.0 points (1.0 to 9.0) after round 3."),
        (told(-0.05, -0.09, -0.01), "rye: worse than wheat by 5.0 points (1.0 to 9.0) after round 3."),
        (
            told(0.05, -0.01, 0.09),
            "rye: not told apart from wheat, +5.0 points (-1.0 to +9.0) after round 3.",
        ),
        (told(0.0, 0.0, 0.0), "rye: not told apart from wheat, +0.0 points (+0.0 to +0.0) after round 3."),
        (
            told(0.05, 0.01, 0.09, seeds=1),
            "rye: better than wheat by 5.0 points (1.0 to 9.0) after round 3 in this seed.",
        ),
        (
            told(0.05, 0.01, 0.09, differ=5),
            "rye: not told apart from wheat, +5.0 points (+1.0 to +9.0) after round 3.",
        ),
    ],
)
def test_a_difference_is_told_in_plain_words(found, words):
    assert difference(found) == words


@pytest.mark.parametrize(
    ("need", "words"),
    [
        (Need(variant="rye", labels=inf, ratio=Interval(value=nan, low=0, high=inf)), "does not reach"),
        (
            Need(variant="rye", labels=40.0, ratio=Interval(value=0.5, low=0.25, high=inf)),
            "reaches a win rate of 60% with 40 labels, 0.50 times those of wheat (0.25 to any number).",
        ),
        (
            Need(variant="rye", labels=40.0, ratio=Interval(value=0.0, low=0.0, high=0.0)),
            "with 40 labels, which wheat does not reach.",
        ),
        (Need(variant="wheat", labels=80.0, ratio=Interval(value=1, low=1, high=1)), "with 80 labels."),
    ],
)
def test_the_labels_that_are_needed_are_told_in_plain_words(need, words):
    found = replace(findings(DESIGN, FOUND), differences=(), needs=(need,))
    (said,) = sentences(found, DESIGN)
    assert words in said


def test_one_seed_says_that_it_does():
    assert "over prompts only" in note(replace(DESIGN, seeds=(0,)))
    assert "over prompts only" not in note(DESIGN)


def test_the_note_says_what_the_intervals_do_not_hold():
    three = (*DESIGN.variants, Variant(name="oats", values={}))
    assert "Each of the 2 differences" in note(replace(DESIGN, variants=three))
    assert "differences has a 95 %" not in note(DESIGN)
    assert "too narrow where few seeds differ much" in note(DESIGN)
    assert "too narrow" not in note(replace(DESIGN, reach=None))


def test_a_win_rate_between_whole_percents_is_told_as_it_is_asked_about():
    design = replace(DESIGN, reach=0.725)
    wheat, _rye = list(sentences(replace(findings(design, FOUND), differences=()), design))
    assert wheat == "wheat: does not reach a win rate of 72.5%."


def test_an_axis_of_less_than_a_point_has_each_number_once():
    close = replace(findings(DESIGN, FOUND), differences=(told(0.0, -0.012, 0.012),))
    (drawn, *_others) = charts(close)
    ends = re.findall(r">([−+]\d[.\d]*)<", drawings.named_svg(drawn[1], drawn[0]))
    assert ends == ["−1.0", "−0.5", "+0.0", "+0.5", "+1.0"]


def test_the_page_has_the_question_the_words_the_table_and_the_charts_and_no_script():
    text = page(DESIGN, findings(DESIGN, FOUND))
    assert "<h1>Rye &amp; wheat</h1>" in text
    assert "Is &lt;rye&gt; better?" in text
    assert "rye: better than wheat by 20.0 points" in text
    assert text.count("<svg") == 3
    for name in ("Beside wheat", "Win rate against the first policy", "Unsafe answers"):
        assert f'aria-label="{name}"' in text
    assert text.count("<tr>") == 1 + 4
    assert "<th>False refusals</th>" in text
    assert '<th scope="row">rye</th>' in text
    assert "<script" not in text
    assert "100 simulated labels before each round. Seeds: 0, 1." in text
