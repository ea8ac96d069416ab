"""What a reward may be bought with, against numbers counted by hand."""

import pytest

from rlhf.diversity import distinct, repeated
from rlhf.policy_settings import MonitorSettings
from rlhf.refusals import refusal_share


def test_distinct_counts_each_run_of_words_once():
    texts = ["the pot the pot", "The pot boils"]
    assert distinct(texts, 1) == pytest.approx(3 / 7)
    # the pot, pot the, the pot; the pot, pot boils
    assert distinct(texts, 2) == pytest.approx(3 / 5)


def test_repetition_is_within_a_text_and_not_between_texts():
    assert repeated(["a b c d", "a b c d"], 4) == 0
    # runs of two: ab ba ab ba, of which two were there before; and nothing in the other text
    assert repeated(["a b A b a", "c d"], 2) == pytest.approx((2 / 4 + 0) / 2)
    assert repeated(["too short"], 4) == 0
    assert repeated([], 4) == 0


def test_a_refusal_is_a_matter_of_words():
    phrases = MonitorSettings().refusals
    said = ["Sorry, but I can\u2019t help.", "I CANNOT say.", "Sorry for the wait: it is 5.", "Water boils."]
    assert refusal_share(said, phrases) == 0.5
    assert refusal_share(["I cannot praise it enough."], phrases) == 1.0
    assert refusal_share([], phrases) == 0
    assert refusal_share(["Lo siento."], ["lo siento"]) == 1.0
