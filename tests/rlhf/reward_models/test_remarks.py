"""What is said of labels that leave little to learn."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.remarks import remarks
from rlhf.reward_models.settings import RewardSettings
from store.records import Track

SMALL = RewardSettings(batch_pairs=2)


def _rows(folder: Path, *safe: tuple[bool | None, bool | None]) -> list[Preference]:
    made = [
        preference(f"p {n}", "a", "b", track="safety", chosen_safe=chosen, rejected_safe=rejected)
        for n, (chosen, rejected) in enumerate(safe)
    ]
    return read_preferences(write_snapshot(folder / "rows.parquet", made))


@pytest.mark.parametrize(
    ("safe", "said"),
    [
        ((True, True), "All 6 responses whose safety is known are safe, .* label some that are unsafe"),
        ((False, None), "All 3 responses whose safety is known are unsafe, .* label some that are safe"),
        ((None, None), "No response of the training pairs is labelled safe or unsafe"),
    ],
)
def test_safety_of_one_class_or_of_none_is_said(safe, said, tmp_path: Path):
    rows = _rows(tmp_path, safe, safe, safe)
    (remark,) = remarks(rows, Track.SAFETY, SMALL)
    assert re.match(said, remark)
    assert remarks(rows, Track.HELPFULNESS, SMALL) == ()
    assert remarks(rows, Track.SAFETY, replace(SMALL, safety_weight=0.0)) == ()


def test_nothing_is_said_of_labels_of_both_classes(tmp_path: Path):
    assert remarks(_rows(tmp_path, *[(True, False)] * 3), Track.SAFETY, SMALL) == ()


def test_labels_that_fit_into_one_step_are_said(tmp_path: Path):
    rows = _rows(tmp_path, *[(True, False)] * 3)
    (remark,) = remarks(rows, Track.HELPFULNESS, RewardSettings(batch_pairs=64, epochs=2))
    assert remark.startswith("All 3 training pairs fit into one step of 64 pairs, so there are as few steps")
    assert "as epochs, 2;" in remark


def test_a_weighting_with_nothing_to_weigh_by_says_so(tmp_path: Path):
    def labels(shared: int) -> list[Preference]:
        """Twenty labels, of which so many are a second opinion."""
        made = [preference(f"p {n}", "a", "b", annotator_id="ann") for n in range(20 - shared)]
        made += [
            preference(f"p {n}", "b", "a", annotator_id="bob", label_id=f"second {n}") for n in range(shared)
        ]
        return read_preferences(write_snapshot(tmp_path / f"{shared}.parquet", made))

    majority = replace(SMALL, weighting="majority")
    (remark,) = remarks(labels(0), Track.HELPFULNESS, majority)
    assert remark.startswith("Only 0 of 20 labels share a pair of answers with somebody else's, so reward.w")
    assert remarks(labels(1), Track.HELPFULNESS, majority) == ()
    assert remarks(labels(0), Track.HELPFULNESS, SMALL) == ()


def test_where_the_pairs_come_from_is_said_if_from_several_places(tmp_path: Path):
    made = [preference(f"p {n}", "a", "b") for n in range(3)]
    made += [preference("s", "a", "b", track="safety"), preference("i", "a", "b", batch_id="imported:1")]
    rows = read_preferences(write_snapshot(tmp_path / "rows.parquet", made))
    (remark,) = remarks(rows, Track.HELPFULNESS, SMALL)
    assert remark == (
        "Of the 5 training pairs 3 are own on its track, 1 are own on the other track, 1 are imported on its "
        "track."
    )
