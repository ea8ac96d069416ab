"""What labels weigh, by who made them."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.weighting import weigh
from store.records import Degree


@pytest.fixture
def one(tmp_path) -> Preference:
    """A label that chose "a" over "b"."""
    return read_preferences(write_snapshot(tmp_path / "one.parquet", [preference("p", "a", "b")]))[0]


def _label(one: Preference, chose: str, **more) -> Preference:
    """A label of the comparison of "a" and "b"."""
    rejected = "b" if chose == "a" else "a"
    sides = {"chosen": chose, "rejected": rejected, "chosen_id": chose, "rejected_id": rejected}
    return replace(one, **sides, **({"comparison_id": "c"} | more))


def _crowd(one: Preference, kinds: str, overlap: int, pairs: int = 400) -> list[Preference]:
    """Labels of pairs of which "a" is the better.

    Annotators are `g`ood (0.9), `s`pam, `w`rong (0.1) or say whatever is shown first (`l`, of the left).
    """
    draw, rows = random.Random(0), []
    for number in range(pairs):
        for who in draw.sample(range(len(kinds)), overlap):
            first = draw.random() < 0.5
            right = {"g": draw.random() < 0.9, "s": draw.random() < 0.5, "w": draw.random() < 0.1, "l": first}
            chose = "a" if right[kinds[who]] else "b"
            about = {"comparison_id": f"c{number}", "label_id": f"{number} {who}", "annotator_id": f"w{who}"}
            rows.append(_label(one, chose, chosen_first=first == (chose == "a"), **about))
    return rows


def _mean_weights(rows: list[Preference], kinds: str) -> dict[str, float]:
    """How much labels of each kind of annotator weigh for "a", those left out counting 0."""
    total, count = Counter(), Counter()
    for row in rows:
        kind = kinds[int(row.annotator_id[1:])]
        total[kind] += row.weight
        count[kind] += 1
    return {kind: total[kind] / count[kind] for kind in total}


def test_none_leaves_every_row_as_it_is(one):
    rows = [_label(one, "a"), _label(one, "b")]
    assert weigh(rows, "none") == rows


def test_most_labels_count_once_and_ties_drop_out(one):
    rows = [_label(one, side, label_id=f"l{n}", degree=Degree(n)) for n, side in enumerate("abbb")]
    tie = [_label(one, side, comparison_id="t") for side in "ab"]
    (row,) = weigh(rows + tie, "majority")
    assert (row.chosen, row.weight, row.label_id) == ("b", 1.0, "l0")
    assert row.degree is Degree.BETTER  # of 1, 2 and 3


def test_what_most_find_unsafe_is_unsafe(one):
    rows = [_label(one, "a", chosen_safe=safe, rejected_safe=False) for safe in (True, True, False)]
    (row,) = weigh(rows, "majority")
    assert (row.chosen_safe, row.rejected_safe) == (True, False)
    (row,) = weigh([_label(one, "a", chosen_safe=safe) for safe in (True, False)], "majority")
    assert (row.chosen_safe, row.rejected_safe) == (False, None)


def test_a_pair_of_a_ranking_stays_of_the_ranking(one):
    rows = [
        replace(
            _label(one, "a", label_id=label_id),
            chosen_id=better,
            rejected_id=worse,
        )
        for label_id, order in (("x", "pqr"), ("y", "prq"), ("z", "prq"))
        for better, worse in ((order[0], order[1]), (order[0], order[2]), (order[1], order[2]))
    ]
    weighed = weigh(rows, "majority")
    assert {(row.chosen_id, row.rejected_id) for row in weighed} == {("p", "q"), ("p", "r"), ("r", "q")}
    assert {row.label_id for row in weighed} == {"x"}


@pytest.mark.parametrize("weighting", ["dawid_skene", "noisy_bradley_terry"])
def test_spam_weighs_little_even_where_it_stands_alone(one, weighting):
    kinds = "gggggs"
    alone = [
        replace(row, comparison_id=f"alone {row.comparison_id}") for row in _crowd(one, kinds, 1, pairs=120)
    ]
    weighed = [
        row
        for row in weigh(_crowd(one, kinds, 2) + alone, weighting)
        if row.comparison_id.startswith("alone")
    ]
    weights = _mean_weights(weighed, kinds)
    assert weights["g"] > 0.5
    assert weights["s"] < 0.2


@pytest.mark.parametrize("weighting", ["dawid_skene", "noisy_bradley_terry"])
def test_who_is_mostly_wrong_counts_the_other_way_round(one, weighting):
    rows = _crowd(one, "ggggww", 3)
    right = {
        name: sum(row.chosen == "a" for row in of) / len(of)
        for name, of in (
            ("before", [row for row in rows if row.annotator_id in {"w4", "w5"}]),
            ("after", [row for row in weigh(rows, weighting) if row.annotator_id in {"w4", "w5"}]),
        )
    }
    assert right["before"] < 0.2
    assert right["after"] > 0.8


def test_saying_always_the_first_is_found_out_without_overlap(one):
    kinds = "ggggl"
    weights = _mean_weights(weigh(_crowd(one, kinds, 1, pairs=600), "noisy_bradley_terry"), kinds)
    assert weights["g"] > 0.2
    assert weights.get("l", 0) < 0.1


def test_without_overlap_everybody_weighs_alike(one):
    weights = {row.weight for row in weigh(_crowd(one, "gs", 1, pairs=50), "dawid_skene")}
    assert len({round(weight, 3) for weight in weights}) == 1


@pytest.mark.parametrize("weighting", ["majority", "dawid_skene", "noisy_bradley_terry"])
def test_a_lone_label_and_none_are_weighed_too(one, weighting):
    (row,) = weigh([one], weighting)
    assert (row.chosen, row.rejected, row.label_id) == (one.chosen, one.rejected, one.label_id)
    assert 0 < row.weight <= 1
    assert weigh([], weighting) == []


def test_what_is_turned_to_prefer_an_unsafe_response_drops_out(one):
    rows = [
        replace(row, chosen_safe=True, rejected_safe=False) if row.chosen == "b" else row
        for row in _crowd(one, "ggggww", 3)
    ]
    weighed = weigh(rows, "noisy_bradley_terry")
    assert not [row for row in weighed if row.chosen_safe is False and row.rejected_safe]
    assert len(weighed) < len(rows)
