"""Who trains and who measures."""

import pyarrow.parquet as pq
import pytest
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.mixing import NoPreferencesError, divide
from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.settings import RewardSettings
from store.errors import HoneError
from store.records import Degree, Track, Turn


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


def test_no_prompt_both_trains_and_measures(tmp_path):
    rows = _rows(tmp_path, *(preference(f"p{n % 20}", f"yes {n}", "no") for n in range(200)))
    divided = divide(rows, Track.HELPFULNESS, RewardSettings(held_out_pairs=30), seed=0)
    assert not {row.prompt_id for row in divided.training} & {row.prompt_id for row in divided.held_out}
    assert len(divided.held_out) == 30  # three whole prompts of ten pairs
    assert len(divided.training) == 170


def test_prompts_held_out_at_import_never_train(tmp_path):
    rows = _rows(tmp_path, *_many(50), *(preference(f"h{n}", "a", "b", split="heldout") for n in range(5)))
    divided = divide(rows, Track.HELPFULNESS, RewardSettings(held_out_pairs=4), seed=0)
    assert len(divided.training) == 50
    assert {row.split for row in divided.held_out} == {"heldout"}


def test_at_most_a_fifth_is_held_out_of_little(tmp_path):
    divided = divide(_rows(tmp_path, *_many(10)), Track.HELPFULNESS, RewardSettings(), seed=0)
    assert (len(divided.training), len(divided.held_out)) == (8, 2)


def test_what_is_held_out_does_not_depend_on_the_seed(tmp_path):
    rows = _rows(tmp_path, *_many(40))
    one, two = (divide(rows, Track.HELPFULNESS, RewardSettings(), seed=seed) for seed in (1, 2))
    assert one.held_out == two.held_out


def test_the_helpfulness_model_takes_at_most_as_many_pairs_of_the_other_track(tmp_path):
    rows = _rows(tmp_path, *_many(20), *_many(60, track="safety"))
    training = divide(rows, Track.HELPFULNESS, RewardSettings(held_out_pairs=0), seed=0).training
    assert [row.track for row in training].count(Track.SAFETY) == 20


def test_the_safety_model_takes_one_pair_of_ten_from_the_other_track(tmp_path):
    rows = _rows(tmp_path, *_many(60), *_many(90, track="safety"))
    training = divide(rows, Track.SAFETY, RewardSettings(held_out_pairs=0), seed=0).training
    assert [row.track for row in training].count(Track.HELPFULNESS) == 10


def test_held_out_prompts_of_the_other_track_do_not_train_either(tmp_path):
    rows = _rows(tmp_path, *_many(20), *_many(9, track="safety", split="heldout"))
    training = divide(rows, Track.HELPFULNESS, RewardSettings(held_out_pairs=0), seed=0).training
    assert {row.track for row in training} == {Track.HELPFULNESS}


def test_no_preference_of_the_track_is_said_in_a_sentence(tmp_path):
    with pytest.raises(NoPreferencesError, match="has no safety preference"):
        divide(_rows(tmp_path, *_many(4)), Track.SAFETY, RewardSettings(), seed=0)


def test_only_held_out_preferences_are_said_in_a_sentence(tmp_path):
    rows = _rows(tmp_path, *_many(4, split="heldout"))
    with pytest.raises(
        NoPreferencesError, match="All 4 helpfulness preferences of the snapshot are on held-out"
    ):
        divide(rows, Track.HELPFULNESS, RewardSettings(), seed=0)


def test_a_single_preference_is_too_little(tmp_path):
    with pytest.raises(NoPreferencesError, match="1 helpfulness preference"):
        divide(_rows(tmp_path, *_many(1)), Track.HELPFULNESS, RewardSettings(), seed=0)
