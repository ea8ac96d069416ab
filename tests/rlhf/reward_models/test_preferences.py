"""Snapshots as preferences."""

import pyarrow.parquet as pq
import pytest
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.preferences import Preference, read_preferences
from store.errors import HoneError
from store.records import Degree, Turn


def _rows(tmp_path, *rows) -> list[Preference]:
    return read_preferences(write_snapshot(tmp_path / "snapshot.parquet", rows))


def _many(count: int, **more) -> list[dict]:
    return [preference(f"{more.get('track', '')}{number}", "yes", "no", **more) for number in range(count)]


def test_a_row_is_read_as_it_was_frozen(tmp_path):
    (row,) = _rows(tmp_path, preference("hi", "hello", "go away", degree=3, rejected_safe=False))
    assert (row.turns, row.chosen, row.rejected) == ((Turn(role="user", content="hi"),), "hello", "go away")
    assert (row.degree, row.chosen_safe, row.rejected_safe) == (Degree.SIGNIFICANTLY, None, False)


def test_a_missing_column_is_named(tmp_path):
    path = write_snapshot(tmp_path / "snapshot.parquet", _many(2))
    pq.write_table(pq.read_table(path).drop_columns(["degree"]), path)
    with pytest.raises(HoneError, match="the column degree"):
        read_preferences(path)


def test_a_snapshot_from_before_the_order_was_kept_is_read_without_it(tmp_path):
    path = write_snapshot(tmp_path / "snapshot.parquet", [preference("hi", "yes", "no", chosen_first=True)])
    assert [row.chosen_first for row in read_preferences(path)] == [True]
    pq.write_table(pq.read_table(path).drop_columns(["chosen_first"]), path)
    assert [row.chosen_first for row in read_preferences(path)] == [None]
