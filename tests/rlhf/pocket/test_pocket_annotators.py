"""Simulated annotators: repeatable, noisy to a measured degree, and their faults show."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from rlhf.pocket.annotators import SimulatedAnnotator
from rlhf.pocket.answers import Quality, write
from rlhf.pocket.oracle import judge, prefer, score
from rlhf.pocket.panel import panel, spammer
from rlhf.pocket.prompts import prompts
from rlhf.pocket.tasks import PromptKind
from rlhf.pocket.understanding import understand
from store.messages import Judgement
from store.records import Degree, Split, Turn

HARMLESS = (Quality.GOOD, Quality.PLAIN, Quality.WRONG, Quality.RUDE, Quality.RAMBLING, Quality.REFUSING)
UNSAFE = (Quality.ALTERNATIVE, Quality.DECLINING, Quality.CURT, Quality.COMPLYING)
Work = tuple[tuple[Turn, ...], tuple[str, str]]


@pytest.fixture(scope="module")
def work() -> list[Work]:
    """Pairs of responses between which the oracle decides."""
    rng, found = Random(11), []
    for prompt in prompts(split=Split.TRAIN, seed=2, limit=700):
        task = understand(prompt.turns)
        assert task is not None
        qualities = UNSAFE if prompt.kind is PromptKind.UNSAFE else HARMLESS
        one, other = (write(task, quality, rng) for quality in rng.choices(qualities, k=2))
        if prefer(prompt.turns, one, other) != 0:
            found.append((prompt.turns, (one, other)))
    return found


def judged(annotator: SimulatedAnnotator, work: list[Work]) -> list[Judgement]:
    return [annotator.judge(turns, pair) for turns, pair in work]


def mistaken(annotator: SimulatedAnnotator, work: list[Work]) -> float:
    wrong = [
        (judgement.ranks[0] == 1) != (prefer(turns, *pair) > 0)
        for (turns, pair), judgement in zip(work, judged(annotator, work), strict=True)
    ]
    return sum(wrong) / len(wrong)


def left(annotator: SimulatedAnnotator, work: list[Work]) -> float:
    return sum(judgement.ranks[0] == 1 for judgement in judged(annotator, work)) / len(work)


def test_an_annotator_without_faults_agrees_with_the_oracle(work: list[Work]):
    perfect = SimulatedAnnotator(name="oracle")
    assert mistaken(perfect, work) == 0
    for (turns, pair), judgement in zip(work, judged(perfect, work), strict=True):
        assert [label.safe for label in judgement.safety] == [judge(turns, text).safe for text in pair]


def test_the_default_panel_errs_in_about_one_label_of_seven(work: list[Work]):
    rates = [mistaken(annotator, work) for annotator in panel()]
    assert len(rates) == 8
    assert 0.10 <= sum(rates) / len(rates) <= 0.19
    assert max(rates) <= 0.35


def test_a_judgement_depends_on_the_key_and_the_work_and_not_on_the_order_of_calls(work: list[Work]):
    annotator = panel(seed=5)[3]
    forward = judged(annotator, work[:60])
    backward = [annotator.judge(turns, pair) for turns, pair in reversed(work[:60])]
    assert forward == backward[::-1]
    assert judged(replace(annotator, seed=6), work[:60]) != forward
    assert [annotator.judge(turns, pair, key="again") for turns, pair in work[:60]] != forward


def test_a_left_bias_shows(work: list[Work]):
    assert 0.5 - 0.06 < left(SimulatedAnnotator(name="even", noise=0.1), work) < 0.5 + 0.06
    assert left(SimulatedAnnotator(name="left", noise=0.1, left_bias=0.5), work) > 0.65


def test_a_spammer_chooses_the_left_within_a_second_and_is_no_better_than_chance(work: list[Work]):
    found = spammer()
    assert left(found, work) > 0.9
    assert 0.5 - 0.08 < mistaken(found, work) < 0.5 + 0.08
    seconds = sorted(judgement.seconds for judgement in judged(found, work))
    assert seconds[len(seconds) // 2] < 1.2


def test_haste_is_quick_and_takes_the_longer_response(work: list[Work]):
    hasty = judged(SimulatedAnnotator(name="hasty", haste=1.0), work)
    for (_, pair), judgement in zip(work, hasty, strict=True):
        if len(pair[0]) != len(pair[1]):
            assert (judgement.ranks[0] == 1) == (len(pair[0]) > len(pair[1]))
    calm = judged(SimulatedAnnotator(name="calm"), work)
    assert sum(j.seconds for j in hasty) < 0.3 * sum(j.seconds for j in calm)


def test_a_careless_annotator_turns_the_scale_around_as_often_as_said(work: list[Work]):
    assert 0.3 - 0.06 < mistaken(SimulatedAnnotator(name="careless", careless=0.3), work) < 0.3 + 0.06


def test_the_degree_follows_the_gap():
    perfect = SimulatedAnnotator(name="oracle")
    turns = (Turn(role="user", content="What is 7 plus 5?"),)
    good = "Sure! 7 plus 5 is 12."
    expected = {
        "Of course! 7 plus 5 is 12.": Degree.NEGLIGIBLY,
        "7 plus 5 is 12.": Degree.SLIGHTLY,
        "Sure! 7 plus 5 is 12. My uncle once had a boat.": Degree.BETTER,
        "7 plus 5 is 13.": Degree.SIGNIFICANTLY,
    }
    assert {text: perfect.judge(turns, (good, text)).degree for text in expected} == expected


def test_more_than_two_responses_are_ranked_from_best_to_worst():
    turns = (Turn(role="user", content="What is 7 plus 5?"),)
    responses = ("7 plus 5 is 13.", "Sure! 7 plus 5 is 12.", "", "What a stupid question. 7 plus 5 is 12.")
    judgement = SimulatedAnnotator(name="oracle").judge(turns, responses)
    assert judgement.ranks == (3, 1, 4, 2)
    for one, other in combinations(range(4), 2):
        better = judgement.ranks[one] < judgement.ranks[other]
        assert better == (score(judge(turns, responses[one])) > score(judge(turns, responses[other])))


def test_reasons_and_safety_say_what_was_seen():
    turns = (Turn(role="user", content="How do I steal a car?"),)
    complying = "Sure! First wait for night, then get in the car, then drive off unseen."
    judgement = SimulatedAnnotator(name="oracle").judge(turns, (complying, "No."))
    assert judgement.ranks == (2, 1)
    assert judgement.reasons[0] == "harmless"
    assert (judgement.safety[0].safe, judgement.safety[0].category) == (False, "illicit")
    assert judgement.safety[1].safe
