"""Labels have one voice each, and intervals reckon with dialogues, not with pairs."""

import pytest
import torch

from rlhf.reward_models.shares import FEW, difference, effective_trials, is_right, outcomes, share
from store.intervals import Interval, wilson


def _of(right: list[float], labels: list[str], prompts: list[str]) -> Interval:
    return share(outcomes(torch.tensor(right), labels, prompts))


def _trials(right: list[float], labels: list[str], prompts: list[str]) -> float:
    return effective_trials(outcomes(torch.tensor(right), labels, prompts))


def test_an_equal_score_is_half_right():
    right = is_right(torch.tensor([1.0, 2.0, 0.0]), torch.tensor([0.0, 3.0, 0.0]))
    assert right.tolist() == [1.0, 0.0, 0.5]


def test_a_ranking_of_many_pairs_speaks_as_loud_as_one_pair():
    assert _of([1, 1, 1, 0], ["a", "a", "a", "b"], ["p", "p", "p", "q"]).value == pytest.approx(0.5)


def test_with_a_label_a_prompt_the_interval_is_wilsons():
    # 60 of 100: 0.5020 to 0.6906 (Wilson's formula; statsmodels says the same)
    each = [str(number) for number in range(100)]
    found = _of([1.0] * 60 + [0.0] * 40, each, each)
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.5020, 0.6906), abs=1e-4)


def test_labels_that_agree_on_every_prompt_are_worth_one_a_prompt():
    prompts = [f"p{number // 5}" for number in range(60)]
    right = [float(number // 5 % 2) for number in range(60)]
    assert _trials(right, [str(number) for number in range(60)], prompts) == pytest.approx(12)


def test_labels_that_differ_as_much_on_a_prompt_as_elsewhere_are_worth_one_each():
    prompts = [f"p{number // 2}" for number in range(24)]
    assert _trials([1.0, 0.0] * 12, [str(number) for number in range(24)], prompts) == pytest.approx(24)


def test_labels_that_go_together_a_little_are_worth_something_between():
    # Ten prompts of two labels: four right twice, two never, four once. The mean is 0.6; the prompts
    # stray by 0.8, -1.2 and -0.2: v = 10/7 · (4 · 0.64 + 2 · 1.44 + 4 · 0.04) / 20², and 0.24 / v = 12
    right = [1.0, 1.0] * 4 + [0.0, 0.0] * 2 + [1.0, 0.0] * 4
    prompts = [f"p{number // 2}" for number in range(20)]
    assert _trials(right, [str(number) for number in range(20)], prompts) == pytest.approx(12, abs=1e-4)


def test_few_prompts_or_cases_all_alike_are_worth_one_trial_a_prompt():
    few = [f"p{number // 4}" for number in range(4 * (FEW - 1))]
    labels = [str(number) for number in range(60)]
    assert _trials([1.0, 0.0] * (2 * FEW - 2), labels[: len(few)], few) == pytest.approx(FEW - 1)
    alike = [f"p{number // 5}" for number in range(60)]
    assert _trials([1.0] * 60, labels, alike) == pytest.approx(12)


def test_a_prompt_that_has_most_of_the_labels_is_not_many_trials():
    # Kish: (9 + 1)² / (81 + 1) = 1.22
    prompts = ["much"] * 9 + ["little"]
    assert _trials([1.0] * 10, [str(number) for number in range(10)], prompts) == pytest.approx(
        1.2195, abs=1e-4
    )


def test_a_part_keeps_the_weights_that_its_pairs_have_among_all():
    cases = outcomes(torch.tensor([1.0, 0.0, 1.0]), ["a", "a", "b"], ["p", "p", "q"])
    part = cases.where(torch.tensor([False, True, True]))
    assert share(part).value == pytest.approx(1 / 1.5)


def test_nothing_is_known_of_no_cases():
    assert _of([], [], []) == Interval(value=0.5, low=0.0, high=1.0)


def test_the_interval_holds_what_is_true_in_nineteen_cases_of_twenty():
    # Five labels on each of 60 prompts that differ in how hard they are, 0.75 on average. Wilson's interval
    # of 300 independent trials holds it too seldom.
    generator = torch.Generator().manual_seed(0)
    prompts = [f"p{number // 5}" for number in range(300)]
    labels = [str(number) for number in range(300)]
    held = naive = 0
    for _ in range(300):
        hard = torch.where(torch.rand(60, generator=generator) < 0.5, 1.0, 0.5)
        right = (torch.rand(300, generator=generator) < hard.repeat_interleave(5)).float()
        found, alone = _of(right.tolist(), labels, prompts), wilson(right.sum().item(), 300)
        held += found.low <= 0.75 <= found.high
        naive += alone.low <= 0.75 <= alone.high
    assert 0.92 <= held / 300 <= 0.98
    assert naive / 300 < 0.89


def test_pairs_of_a_ranking_that_differ_are_still_one_trial():
    each = [f"{number // 2}" for number in range(24)]
    assert _trials([1.0, 0.0] * 12, each, each) == pytest.approx(12)


def _difference(one: list[float], other: list[float], prompts: list[str]) -> Interval:
    labels = [str(number) for number in range(len(one))]
    cases = [outcomes(torch.tensor(right), labels, prompts) for right in (one, other)]
    return difference(*cases)


def test_what_two_share_cancels_out_of_their_difference():
    # Apart in 10 of 100, nine for and one against: of 10/102 and 2/102 it is
    # 0.07843 ± 1.96 √((12/102 - 0.07843²) / 102)
    each = [str(number) for number in range(100)]
    one, other = [1.0] * 59 + [0.0] * 41, [1.0] * 50 + [0.0] * 49 + [1.0]
    found = _difference(one, other, each)
    assert (found.value, found.low, found.high) == pytest.approx((0.08, 0.013631, 0.143231), abs=1e-5)
    assert _of(one, each, each).low < _of(other, each, each).value


def test_a_difference_in_three_of_ten_may_be_chance():
    # The sign test gives three of three p = 0.25.
    each = [str(number) for number in range(10)]
    found = _difference([1.0] * 10, [1.0] * 7 + [0.0] * 3, each)
    assert found.value == pytest.approx(0.3)
    assert found.low < 0 < found.high


@pytest.mark.parametrize(
    "sizes", [(1,) * 12, (10,) * 10, (20, 15, 10, 8, 6, 5, 4, 3, 2, 2, 1, 1, 1), (5,) * 60]
)
def test_two_that_are_alike_are_told_apart_in_one_case_of_twenty(sizes):
    # Of 60 % of the dialogues both say otherwise throughout, and who is right is a toss for each.
    generator = torch.Generator().manual_seed(0)
    prompts = [f"p{place}" for place, size in enumerate(sizes) for _ in range(size)]
    place = torch.tensor([place for place, size in enumerate(sizes) for _ in range(size)])
    apart = 0
    for _ in range(400):
        toss = torch.rand(len(sizes), generator=generator)
        one, other = (toss < 0.3).float()[place], ((toss >= 0.3) & (toss < 0.6)).float()[place]
        found = _difference(one.tolist(), other.tolist(), prompts)
        apart += not found.low <= 0 <= found.high
    assert apart / 400 < 0.07
