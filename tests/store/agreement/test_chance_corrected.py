"""Agreement beside published worked examples: Gwet's table and Krippendorff's, four raters, twelve units."""

from __future__ import annotations

import numpy as np
import pytest

from store.agreement import closeness, krippendorff
from store.agreement.counts import Counts, counted
from store.agreement.gwet import agreement_beyond_chance
from store.agreement.krippendorff import alpha
from store.agreement.raw import couples, raw_agreement
from store.agreement.undefined import Undefined
from store.errors import HoneError
from store.intervals import Interval
from store.reliability.votes import Votes

TABLE = (
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)
"""A rater a line, a unit a column."""
PATIENTS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
"""
PSYCHIATRISTS = Counts(
    said=np.array([[int(one) for one in patient] for patient in PATIENTS.split()], dtype=float),
    clusters=np.arange(15),
)
"""How many of six psychiatrists gave each of five diagnoses, a patient a word (Fleiss 1971; the published
interval is that of irrCAC, Gwet's own program)."""


def votes(table: tuple[str, ...], classes: int) -> Votes:
    said = [
        (item, rater, int(one) - 1)
        for rater, line in enumerate(table)
        for item, one in enumerate(line.split())
        if one != "."
    ]
    items, annotators, chosen = (np.array(column) for column in zip(*said, strict=True))
    return Votes(
        items=items,
        annotators=annotators,
        classes=chosen,
        item_count=len(table[0].split()),
        annotator_count=len(table),
        class_count=classes,
    )


def counts(table: tuple[str, ...], classes: int):
    found = votes(table, classes)
    return counted(found, np.arange(found.item_count))


@pytest.mark.parametrize(
    ("weights", "value"),
    [
        (closeness.identity, 0.77544),
        (closeness.linear, 0.85874),
        (closeness.ordinal, 0.89894),
        (closeness.quadratic, 0.91400),
    ],
)
def test_gwets_coefficients_are_the_published_ones(weights, value):
    assert agreement_beyond_chance(counts(TABLE, 5), weights).value == pytest.approx(value, abs=1e-5)


def test_the_interval_of_ac1_is_the_published_one_where_all_judged_everything():
    found = agreement_beyond_chance(PSYCHIATRISTS, closeness.identity)
    assert found.value == pytest.approx(0.4448007, abs=1e-6)
    reach = 2.144787 * 0.08418757  # Student's t of 14 times the published error
    assert (found.low, found.high) == (
        pytest.approx(0.4448007 - reach, abs=1e-5),
        pytest.approx(0.4448007 + reach, abs=1e-5),
    )


def test_where_all_units_have_two_labels_the_interval_of_ac1_is_gwets():
    """With n = 10 of the twelve units, by his formula as it is printed."""
    table = [" ".join(line.split()[:10]) for line in TABLE]
    found, said = agreement_beyond_chance(counts(table, 5), closeness.identity), counts(table, 5).said
    labels = said.sum(axis=1)
    agreed, shares = (said * (said - 1)).sum(axis=1) / (labels * (labels - 1)), said / labels[:, None]
    spread = shares.mean(axis=0)
    chance = (spread * (1 - spread)).sum() / 4
    value = (agreed.mean() - chance) / (1 - chance)
    own_chance = (shares * (1 - spread)).sum(axis=1) / 4
    own = (agreed - chance) / (1 - chance) - 2 * (1 - value) * (own_chance - chance) / (1 - chance)
    error = np.sqrt(((own - value) ** 2).sum() / 10 / 9)
    assert (found.value, found.low) == pytest.approx((value, value - 2.262157 * error), abs=1e-6)


def test_the_interval_of_ac1_is_that_of_resampled_items_though_few_have_two_labels():
    made = np.random.default_rng(3)
    truth = made.integers(0, 3, 1000)
    table = np.zeros((1000, 3))
    table[np.arange(1000), truth] = 1
    other = np.where(made.random(150) < 0.8, truth[:150], (truth[:150] + 1) % 3)
    table[np.arange(150), other] += 1

    def figure(rows):
        said = Counts(said=table[rows], clusters=np.arange(1000))
        return agreement_beyond_chance(said, closeness.identity)

    whole = figure(np.arange(1000))
    drawn = [figure(made.integers(0, 1000, 1000)).value for _ in range(400)]
    assert 0.88 < (whole.high - whole.low) / (2 * 1.96 * np.std(drawn)) < 1.12


def test_of_few_who_all_agree_little_is_known():
    two = counted(votes(("1 2", "1 2"), 3), np.arange(2))
    for found in (
        raw_agreement(two),
        agreement_beyond_chance(two, closeness.ordinal),
        alpha(two, krippendorff.ordinal),
    ):
        assert (found.value, found.high) == (1.0, 1.0)
        assert found.low < 0.1
    many = counted(votes((" ".join("12" * 200),) * 2, 2), np.arange(400))
    # Wilson of 400 of 400, trials less (1.95996 / 1.96593)²: 397.6 / (397.6 + 3.8415)
    assert raw_agreement(many).low == pytest.approx(0.99043, abs=1e-4)
    # Half of all pairs would agree by chance: twice as far below 1.
    assert agreement_beyond_chance(many, closeness.identity).low == pytest.approx(0.98086, abs=1e-4)


def test_the_interval_of_raw_agreement_holds_the_truth_as_often_as_it_says():
    made = np.random.default_rng(0)
    held = []
    for _ in range(1000):
        agree = made.random(20) < 0.95
        found = raw_agreement(
            Counts(said=np.where(agree[:, None], [[2.0, 0.0]], [[1.0, 1.0]]), clusters=np.arange(20))
        )
        held.append(found.low <= 0.95 <= found.high)
    assert np.mean(held) > 0.94


@pytest.mark.parametrize(
    ("difference", "value"),
    [(krippendorff.nominal, 0.7434), (krippendorff.ordinal, 0.8154), (krippendorff.interval, 0.8491)],
)
def test_alphas_are_the_published_ones(difference, value):
    assert alpha(counts(TABLE, 5), difference).value == pytest.approx(value, abs=1e-4)


def test_raw_agreement_is_the_share_of_two_labels_that_say_the_same():
    found = raw_agreement(counts(TABLE, 5))  # p_a of the published table
    assert found.value == pytest.approx(0.81818, abs=1e-5)
    assert raw_agreement(counts(("1 1", "1 2"), 2)).value == 0.5


def test_without_anything_judged_twice_there_is_no_figure():
    alone = counts(("1 2 .", ". . 3"), 3)
    figures = (
        raw_agreement(alone),
        agreement_beyond_chance(alone, closeness.identity),
        alpha(alone, krippendorff.nominal),
    )
    assert figures == (Undefined.NOTHING_TWICE,) * 3


def test_where_everybody_says_one_thing_alpha_has_no_value_and_ac1_has():
    unanimous = counts(("1 1 1 1", "1 1 1 1"), 2)
    assert alpha(unanimous, krippendorff.nominal) is Undefined.ONE_CLASS
    assert agreement_beyond_chance(unanimous, closeness.identity).value == 1.0
    assert agreement_beyond_chance(counts(("1 1", "1 1"), 1), closeness.identity) is Undefined.ONE_CLASS


def test_where_one_class_is_rare_alpha_falls_and_ac1_does_not():
    rare = counts((f"{'1 ' * 96}1 1 2 2", f"{'1 ' * 96}2 2 1 1"), 2)
    assert alpha(rare, krippendorff.nominal).value == pytest.approx(
        -0.0153, abs=1e-4
    )  # 1 - .04 * 199 / (2 * 196 * 4 / 200)
    assert agreement_beyond_chance(rare, closeness.identity).value > 0.9


def test_items_of_one_prompt_are_no_more_sure_than_one_of_them():
    found = votes(("1 2 1 2 1 1", "1 2 2 2 1 2"), 2)
    alone = raw_agreement(counted(found, np.arange(6)))
    said_thrice = Votes(
        items=np.concatenate([found.items + 6 * copy for copy in range(3)]),
        annotators=np.tile(found.annotators, 3),
        classes=np.tile(found.classes, 3),
        item_count=18,
        annotator_count=2,
        class_count=2,
    )
    thrice = counted(said_thrice, np.tile(np.arange(6), 3))
    assert raw_agreement(thrice).low == pytest.approx(alone.low, abs=1e-9)
    for figure in (
        lambda one: alpha(one, krippendorff.ordinal),
        lambda one: agreement_beyond_chance(one, closeness.identity),
    ):
        once, more = figure(counted(found, np.arange(6))), figure(thrice)
        assert more.high - more.low > 0.8 * (once.high - once.low)


def test_of_one_prompt_alone_nothing_is_known():
    one = raw_agreement(counted(votes(("1 2 1", "1 2 2"), 2), np.zeros(3, dtype=np.int64)))
    assert (one.low, one.high) == (0.0, 1.0)


@pytest.mark.parametrize("difference", [krippendorff.nominal, krippendorff.ordinal, krippendorff.interval])
def test_the_interval_of_alpha_is_that_of_resampled_items(difference):
    made = np.random.default_rng(7)
    truth = made.integers(0, 4, 300)
    said = [np.where(made.random(300) < 0.7, truth, made.integers(0, 4, 300)) for _ in range(3)]
    table = np.stack([np.bincount(column, minlength=4) for column in np.stack(said, axis=1)]).astype(float)
    whole = alpha(Counts(said=table, clusters=np.arange(300)), difference)
    drawn = [
        alpha(Counts(said=table[made.integers(0, 300, 300)], clusters=np.arange(300)), difference).value
        for _ in range(400)
    ]
    assert whole.high - whole.low < 2 * 1.96 * np.std(drawn) * 1.12
    assert whole.high - whole.low > 2 * 1.96 * np.std(drawn) * 0.88


def test_every_two_annotators_are_counted_where_they_met():
    found = couples(votes(("1 2 1 .", "1 2 2 1", ". . 2 1"), 2))
    assert [(one.one, one.other, one.items, one.share.value) for one in found] == [
        (0, 1, 3, pytest.approx(2 / 3)),
        (1, 2, 2, 1.0),
        (0, 2, 1, 0.0),
    ]
    assert couples(votes(("1 .", ". 1"), 2)) == ()


def test_two_labels_of_one_item_by_one_annotator_are_refused():
    twice = Votes(
        items=np.array([0, 0]),
        annotators=np.array([1, 1]),
        classes=np.array([0, 1]),
        item_count=1,
        annotator_count=2,
        class_count=2,
    )
    with pytest.raises(HoneError, match="somebody has two"):
        counted(twice, np.array([0]))


def test_a_million_labels_are_no_wait():
    made = np.random.default_rng(1)
    many = Votes(
        items=np.repeat(np.arange(400_000), 3)[:1_000_000],
        annotators=np.tile(np.arange(3), 400_000)[:1_000_000],
        classes=made.integers(0, 9, 1_000_000),
        item_count=400_000,
        annotator_count=3,
        class_count=9,
    )
    table = counted(many, np.arange(400_000) // 3)
    found = [
        raw_agreement(table),
        agreement_beyond_chance(table, closeness.ordinal),
        alpha(table, krippendorff.ordinal),
    ]
    assert all(isinstance(one, Interval) and abs(one.value) < 0.15 for one in found)
    assert abs(sum(one.items for one in couples(many)) - 1_000_000) <= 2
