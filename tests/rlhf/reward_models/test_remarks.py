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
