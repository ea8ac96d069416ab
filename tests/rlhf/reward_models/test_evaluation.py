"""Everything that is said of a reward model on held-out pairs, by hand and by what must always hold."""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_pairs import held, judgement, measured

from rlhf.reward_models.evaluation import evaluate
from store.errors import HoneError
from store.records import Degree, Turn
from store.reward_results import Part, as_text, from_text

LATER = (Turn(role="assistant", content="so"), Turn(role="user", content="and?"))


def _shares(parts: tuple[Part, ...]) -> list[tuple[str, int, float]]:
    return [(one.name, one.pairs, one.accuracy.value) for one in parts]


def test_an_equal_score_is_half_right():
    assert measured(1.0, -1.0, 0.0, 5.0).accuracy.value == 0.625


def test_degrees_are_counted_apart_with_the_slightest_first():
    found = measured(1.0, -1.0, 3.0, 2.0, degree=[Degree(3), Degree(0), Degree(3), Degree(1)])
    assert _shares(found.by_degree) == [("0", 1, 0.0), ("1", 1, 1.0), ("3", 2, 1.0)]
    assert found.by_degree[2].accuracy.low == pytest.approx(0.3424, abs=1e-4)  # Wilson of two in two


def test_annotators_are_counted_apart():
    found = measured(1.0, -1.0, 1.0, annotator_id=["bob", "ann", "bob"])
    assert _shares(found.by_annotator) == [("ann", 1, 0.0), ("bob", 2, 1.0)]


def test_age_is_in_rounds_before_the_newest_and_imports_have_none():
    rows = [
        judgement(0, round=11, batch_id="batch-11"),
        judgement(1, round=2, batch_id="batch-2"),
        judgement(2, round=0, batch_id="imported:hh"),
    ]
    newer = judgement(3, round=12, batch_id="batch-12")
    found = evaluate(held(rows, [[1.0, -1.0, 1.0]], all_rows=[*rows, newer]))
    assert _shares(found.by_age) == [("1", 1, 1.0), ("10", 1, 0.0), ("imported", 1, 1.0)]


def test_lengths_are_told_by_how_many_tokens_the_chosen_response_is_longer():
    lengths = [(9, 60), (9, 59), (9, 19), (9, 9), (9, 8), (20, 9), (60, 9)]
    found = measured(*[1.0] * 7, lengths=lengths)
    assert [(one.name, one.pairs) for one in found.by_length] == [
        ("over 50 shorter", 1),
        ("11 to 50 shorter", 1),
        ("1 to 10 shorter", 1),
        ("equally long", 1),
        ("1 to 10 longer", 1),
        ("11 to 50 longer", 1),
        ("over 50 longer", 1),
    ]


def test_the_longer_answer_is_a_baseline_on_the_same_pairs():
    found = measured(0.0, 0.0, 0.0, 0.0, lengths=[(5, 4), (2, 3), (7, 7), (9, 1)])
    assert found.baseline("longer").accuracy.value == 0.625
    assert found.over_longer.value == pytest.approx(-0.125)


def test_the_first_answer_is_a_baseline_where_the_order_is_known():
    found = measured(0.0, 0.0, 0.0, chosen_first=[True, None, False])
    assert _shares(found.baselines)[1:] == [("first", 2, 0.5)]
    assert measured(0.0, chosen_first=[None]).baseline("first") is None


def test_several_members_speak_by_their_mean_and_are_parted_by_how_far_they_differ():
    # means -1, 1, 1.5 and the members 3, 0 and 0.5 from them
    rows = [judgement(number) for number in range(3)]
    found = evaluate(held(rows, [[2.0, 1.0, 1.0], [-4.0, 1.0, 2.0]]))
    assert found.members == 2
    assert found.accuracy.value == pytest.approx(2 / 3)
    assert _shares(found.by_spread) == [
        ("lowest third", 1, 1.0),
        ("middle third", 1, 1.0),
        ("highest third", 1, 0.0),
    ]


def test_turns_of_one_dialogue_go_together():
    # ten dialogues of two turns, all right: Wilson of ten in ten is 0.7225 to 1, of twenty 0.8389 to 1
    opening = [Turn(role="user", content=str(number)) for number in range(10)]
    turns = [((opening[number // 2],), (opening[number // 2], *LATER))[number % 2] for number in range(20)]
    assert measured(*[1.0] * 20, turns=turns).accuracy.low == pytest.approx(0.7225, abs=1e-4)
    assert measured(*[1.0] * 20).accuracy.low == pytest.approx(0.8389, abs=1e-4)


def test_a_model_by_itself_has_no_spread():
    assert measured(1.0, 2.0).by_spread == ()


def test_nothing_held_out_says_that_nothing_is_known():
    found = measured()
    assert (found.pairs, found.accuracy.low, found.accuracy.high) == (0, 0, 1)
    assert found.by_degree == found.by_annotator == found.baselines == found.reliability == ()
    assert from_text(as_text(found)) == found


def test_scores_that_are_no_numbers_are_refused_in_a_sentence():
    with pytest.raises(HoneError, match=r"lower reward\.learning_rate"):
        measured(1.0, float("nan"))


def test_what_was_measured_is_written_and_read_again():
    rows = [judgement(number, chosen_first=number % 2 == 0) for number in range(4)]
    other = replace(rows[0], annotator_id="bob", label_id="bob's")
    found = evaluate(held(rows, [[1.0, -2.0, 0.5, 3.0]] * 2, all_rows=[*rows, other]))
    assert from_text(as_text(found)) == found
    assert found.agreement.pairs == 1


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _numbers(one)
    elif isinstance(value, int | float):
        yield float(value)


PAIRS = st.lists(
    st.tuples(
        st.integers(-12, 12),  # quarters of a logit
        st.integers(0, 5),  # label
        st.integers(0, 3),  # degree
        st.tuples(st.integers(1, 90), st.integers(1, 90)),
        st.sampled_from([None, True, False]),
    ),
    min_size=1,
    max_size=20,
)


def _rows(pairs):
    return [
        judgement(
            number,
            label_id=f"label {label}",
            prompt_id=f"prompt {label // 2}",
            annotator_id=f"ann {label % 3}",
            degree=Degree(degree),
            chosen_first=first,
        )
        for number, (_gap, label, degree, _sizes, first) in enumerate(pairs)
    ]


def _evaluated(pairs):
    gaps = [[gap / 4 for gap, *_more in pairs], [0.9 * gap / 4 for gap, *_more in pairs]]
    return evaluate(held(_rows(pairs), gaps, [sizes for *_more, sizes, _first in pairs]))


@given(PAIRS, st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_pairs_moves_nothing(pairs, seed):
    shuffled = random.Random(seed).sample(pairs, len(pairs))
    one, other = (json.loads(as_text(_evaluated(each))) for each in (pairs, shuffled))
    assert list(_numbers(one)) == pytest.approx(list(_numbers(other)), abs=1e-6)


@given(PAIRS)
@settings(max_examples=30, deadline=None)
def test_with_chosen_and_rejected_exchanged_right_is_wrong(pairs):
    exchanged = [
        (-gap, label, degree, (sizes[1], sizes[0]), None if first is None else not first)
        for gap, label, degree, sizes, first in pairs
    ]
    one, other = _evaluated(pairs), _evaluated(exchanged)
    for name in ("by_degree", "by_annotator", "by_age", "by_spread", "baselines"):
        for here, there in zip(getattr(one, name), getattr(other, name), strict=True):
            assert (here.name, here.pairs) == (there.name, there.pairs)
            assert here.accuracy.value == pytest.approx(1 - there.accuracy.value, abs=1e-9)
            assert here.accuracy.low == pytest.approx(1 - there.accuracy.high, abs=1e-6)
    for here, there in zip(one.reliability, other.reliability, strict=True):
        assert here.right.value == pytest.approx(1 - there.right.value, abs=1e-9)
        assert here.stated == pytest.approx(there.stated, abs=1e-9)
    assert [part.pairs for part in one.by_length] == [part.pairs for part in reversed(other.by_length)]
    assert asdict(one)["members"] == 2
