"""People compared with people on the same two responses, counted by hand."""

from dataclasses import replace

import pytest
from judged_pairs import judgement

from rlhf.reward_models.agreement import most_right, people_agree
from rlhf.reward_models.preferences import Preference


def _said(pair: int, annotator: str, *, other_way: bool = False, label: str | None = None) -> Preference:
    row = judgement(pair, annotator_id=annotator, label_id=label or f"{annotator} on {pair}")
    ids = {"chosen_id": row.rejected_id, "rejected_id": row.chosen_id}
    return replace(row, **ids) if other_way else row


def test_two_people_agree_who_chose_the_same_response_wherever_it_was_shown():
    rows = [
        _said(1, "ann"),
        _said(1, "bob"),
        _said(2, "ann"),
        _said(2, "bob", other_way=True),
        _said(3, "ann"),
        replace(_said(3, "bob"), chosen_first=True),
        _said(4, "ann", other_way=True),
        _said(4, "bob", other_way=True),
    ]
    found = people_agree(rows)
    assert (found.pairs, found.agree.value) == (4, 0.75)
    assert found.agree.low == pytest.approx(0.3006, abs=1e-4)  # Wilson of three in four
    # a² + (1 - a)² = 0.75 where a = (1 + √0.5) / 2 = 0.8536
    assert found.ceiling == pytest.approx(0.8536, abs=1e-4)


def test_three_people_are_three_couples_on_one_prompt():
    found = people_agree([_said(1, "ann"), _said(1, "bob"), _said(1, "cyd", other_way=True)])
    assert (found.pairs, found.agree.value) == (3, pytest.approx(1 / 3))
    assert found.agree.high == pytest.approx(0.9058, abs=1e-4)  # Wilson of a third of one dialogue


def test_nobody_is_compared_with_themselves():
    assert people_agree([_said(1, "ann"), _said(1, "ann", label="again"), _said(2, "bob")]) is None


def test_rankings_of_the_same_responses_are_one_voice():
    # two rankings that agree on one pair of three, and two labels that agree on their only one
    ranked = [
        replace(_said(pair, who, other_way=who == "bob" and pair < 3), label_id=who, prompt_id="p")
        for pair in (1, 2, 3)
        for who in ("ann", "bob")
    ]
    found = people_agree([*ranked, _said(9, "ann"), _said(9, "bob")])
    assert (found.pairs, found.agree.value) == (4, pytest.approx((1 / 3 + 1) / 2))


@pytest.mark.parametrize(("agree", "most"), [(1.0, 1.0), (0.82, 0.9), (0.625, 0.75), (0.5, 0.5)])
def test_the_ceiling_is_how_often_each_of_two_people_is_right(agree, most):
    # 0.9² + 0.1² = 0.82 and 0.75² + 0.25² = 0.625
    assert most_right(agree) == pytest.approx(most, abs=1e-9)


def test_people_who_agree_less_than_chance_have_no_ceiling():
    found = people_agree([_said(1, "ann"), _said(1, "bob", other_way=True)])
    assert (found.agree.value, found.ceiling) == (0.0, None)
