"""Dawid-Skene against hand-worked rounds, planted annotators and public labels with known truth."""

import gzip
import json
import time
from pathlib import Path

import numpy as np
import pytest

from store.errors import HoneError
from store.reliability.dawid_skene import Prior, estimate, posteriors
from store.reliability.votes import Votes, shares

PUBLISHED = Path(__file__).parents[4] / "shared" / "data" / "crowd_labels"


def _votes(items, annotators, classes, items_in_all=None, classes_in_all=2) -> Votes:
    return Votes(
        items=np.asarray(items, dtype=np.int64),
        annotators=np.asarray(annotators, dtype=np.int64),
        classes=np.asarray(classes, dtype=np.int64),
        item_count=items_in_all or max(items, default=-1) + 1,
        annotator_count=max(annotators, default=-1) + 1,
        class_count=classes_in_all,
    )


def _planted(labels: int, items: int, accuracy: np.ndarray) -> tuple[Votes, np.ndarray]:
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 2, items)
    of, by = draw.integers(0, items, labels), draw.integers(0, len(accuracy), labels)
    said = np.where(draw.random(labels) < accuracy[by], truth[of], 1 - truth[of])
    votes = Votes(
        items=of,
        annotators=by,
        classes=said,
        item_count=items,
        annotator_count=len(accuracy),
        class_count=2,
    )
    return votes, truth


def test_one_round_by_hand():
    # Of the first item two say 0 and one 1, of the second all say 1. Shares: (2/3, 1/3) and (0, 1); classes
    # with one more item of each: 5/12 and 7/12. With 2 right and 1 wrong imagined: the first two annotators
    # (8/11, 3/11) and (4/13, 9/13), the third (6/11, 5/11) and (3/13, 10/13).
    votes = _votes([0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2], [0, 0, 1, 1, 1, 1])
    found = estimate(votes, Prior(right=2, wrong=1), rounds=1)
    assert found.class_shares == pytest.approx([5 / 12, 7 / 12], abs=1e-9)
    assert found.confusions[0] == pytest.approx(np.array([[8 / 11, 3 / 11], [4 / 13, 9 / 13]]), abs=1e-9)
    assert found.confusions[2] == pytest.approx(np.array([[6 / 11, 5 / 11], [3 / 13, 10 / 13]]), abs=1e-9)
    one = (5 / 12 * 8 / 11 * 8 / 11 * 5 / 11, 7 / 12 * 4 / 13 * 4 / 13 * 10 / 13)
    other = (5 / 12 * 3 / 11 * 3 / 11 * 5 / 11, 7 / 12 * 9 / 13 * 9 / 13 * 10 / 13)
    expected = [[one[0] / sum(one), one[1] / sum(one)], [other[0] / sum(other), other[1] / sum(other)]]
    assert found.posteriors == pytest.approx(np.array(expected), abs=1e-9)
    assert found.posteriors[0, 0] == pytest.approx(0.7022, abs=1e-4)


def test_planted_annotators_are_found_within_their_intervals():
    accuracy = np.repeat([0.9, 0.7, 0.5, 0.2], 10)
    votes, truth = _planted(40_000, 10_000, accuracy)
    found = estimate(votes)
    within = [told.low <= a <= told.high for told, a in zip(found.reliability, accuracy, strict=True)]
    assert sum(within) >= 35  # of 40, at 95 %
    assert max(told.high - told.low for told in found.reliability) < 0.1
    majority = shares(votes).argmax(axis=1) == truth
    assert (found.posteriors.argmax(axis=1) == truth).mean() > majority.mean() + 0.05


@pytest.mark.parametrize(
    ("name", "items", "majority", "reference"),
    [
        ("gal_adultcontent2", 333, 0.760, 0.745),
        ("gal_barzanmozafari", 1000, 0.696, 0.709),
        ("gal_hitspam_usingcrowdflower", 100, 0.660, 0.660),
    ],
)
@pytest.mark.skipif(not PUBLISHED.exists(), reason="the public labels are not there")
def test_public_labels_give_what_others_found(name, items, majority, reference):
    votes, truth = _published(PUBLISHED / f"{name}.jsonl.gz")
    known = truth >= 0
    assert known.sum() == items
    by_votes = (shares(votes).argmax(axis=1) == truth)[known].mean()
    by_annotators = (estimate(votes).posteriors.argmax(axis=1) == truth)[known].mean()
    assert by_votes == pytest.approx(majority, abs=1e-3)
    assert by_annotators == pytest.approx(reference, abs=1e-3)


def _published(path: Path) -> tuple[Votes, np.ndarray]:
    """The labels, of which the first counts where an annotator gave several, and the truth, -1 unknown."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    names = {key: sorted({row[key] for row in rows}) for key in ("item", "annotator", "label")}
    number = {key: {name: place for place, name in enumerate(of_key)} for key, of_key in names.items()}
    first: dict[tuple[int, int], int] = {}
    truth = np.full(len(names["item"]), -1)
    for row in rows:
        item = number["item"][row["item"]]
        first.setdefault((item, number["annotator"][row["annotator"]]), number["label"][row["label"]])
        if row["truth"] is not None:
            truth[item] = number["label"][row["truth"]]
    items, annotators = zip(*first, strict=True)
    return _votes(items, annotators, list(first.values()), classes_in_all=len(names["label"])), truth


def test_known_items_pin_what_a_lone_annotator_says():
    # Of either class's five items three are right: with 4 of 5 imagined ones, 7 of 10.
    votes = _votes(range(10), [0] * 10, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    known = np.array([0, 1] * 5)
    found = estimate(votes, known=known)
    assert found.posteriors[:, 1] == pytest.approx(known, abs=1e-9)
    assert found.reliability[0].value == pytest.approx(0.7, abs=1e-9)
    # The information of the six right ones, the four wrong ones, and the five imagined ones.
    information = 6 / 0.7**2 + 4 / 0.3**2 + 5 / (0.7 * 0.3)
    assert found.reliability[0].high == pytest.approx(0.7 + 1.96 / information**0.5, abs=1e-4)


def test_without_overlap_everybody_is_as_the_prior_says():
    votes = _votes(range(100), [0] * 50 + [1] * 50, [0, 1] * 50)
    found = estimate(votes)
    for told in found.reliability:
        assert told.value == pytest.approx(0.8, abs=1e-3)
        assert told.high - told.low > 0.5
    assert np.abs(found.posteriors.max(axis=1) - 0.8).max() < 1e-3


def test_a_lone_label_is_believed_as_far_as_the_prior():
    found = estimate(_votes([0], [0], [1]))
    assert 0.5 < found.posteriors[0, 1] < 1
    assert 0 <= found.reliability[0].low <= found.reliability[0].high <= 1


def test_annotators_who_always_agree_are_reliable_but_not_beyond_doubt():
    votes = _votes(np.repeat(np.arange(50), 3), np.tile([0, 1, 2], 50), np.repeat(np.arange(50) % 2, 3))
    found = estimate(votes)
    assert all(0.9 < told.value < 1 for told in found.reliability)
    assert found.posteriors.max(axis=1).min() > 0.99


def test_annotators_who_always_say_the_same_leave_numbers():
    votes = _votes(np.repeat(np.arange(50), 3), np.tile([0, 1, 2], 50), [0] * 150)
    found = estimate(votes)
    assert np.isfinite(found.posteriors).all()
    assert found.posteriors[:, 0].min() > 0.9


def test_no_label_at_all_tells_nothing():
    nothing = np.array([], dtype=np.int64)
    votes = Votes(
        items=nothing, annotators=nothing, classes=nothing, item_count=2, annotator_count=1, class_count=2
    )
    found = estimate(votes)
    assert found.posteriors == pytest.approx(np.full((2, 2), 0.5), abs=1e-9)
    assert found.reliability[0].value == pytest.approx(0.8, abs=1e-9)


def test_items_that_were_not_looked_at_are_judged_by_what_was_found():
    votes, _ = _planted(4000, 1000, np.array([0.95, 0.9, 0.5]))
    found = estimate(votes)
    alone = _votes([0, 1], [0, 2], [1, 1])
    told = posteriors(
        Votes(
            items=alone.items,
            annotators=alone.annotators,
            classes=alone.classes,
            item_count=2,
            annotator_count=3,
            class_count=2,
        ),
        found,
    )
    assert told[0, 1] > 0.9
    assert abs(told[1, 1] - 0.5) < 0.1


@pytest.mark.parametrize(
    ("items", "classes", "sentence"),
    [([0, 1], [0], "2 items and 1 classes"), ([0, 1], [0, 2], "classes from 0 to 1; they go from 0 to 2")],
)
def test_incomplete_or_unknown_labels_are_refused(items, classes, sentence):
    with pytest.raises(HoneError, match=sentence):
        _votes(items, [0] * len(items), classes)


@pytest.mark.slow
def test_a_million_labels_take_seconds():
    accuracy = np.repeat([0.9, 0.5], 250)
    votes, _ = _planted(1_000_000, 400_000, accuracy)
    began = time.perf_counter()
    found = estimate(votes)
    assert time.perf_counter() - began < 30
    within = [told.low <= a <= told.high for told, a in zip(found.reliability, accuracy, strict=True)]
    assert sum(within) >= 460  # of 500, at 95 %
