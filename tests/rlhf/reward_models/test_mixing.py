"""Who trains and who measures."""

from collections import Counter

import pytest
from pydantic import TypeAdapter, ValidationError
from snapshot_files import preference, write_snapshot

from rlhf.reward_models.mixing import NoPreferencesError, Preferences, Sources, divide
from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.settings import RewardSettings
from store.records import Track


def _rows(tmp_path, *rows) -> list[Preference]:
    return read_preferences(write_snapshot(tmp_path / "snapshot.parquet", rows))


def _many(count: int, **more) -> list[dict]:
    about = f"{more.get('track', '')} {more.get('batch_id', '')}"
    return [preference(f"{about} {number}", "yes", "no", **more) for number in range(count)]


def _open(count: int, **more) -> list[dict]:
    return _many(count, batch_id="imported:hh", **more)


def _divided(rows: list[Preference], track: Track, seed: int = 0, **settings) -> Preferences:
    return divide(rows, track, RewardSettings(**({"held_out_pairs": 1} | settings)), seed)


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


def test_own_helpfulness_meets_as_much_of_everything_else(tmp_path):
    rows = _rows(tmp_path, *_many(40), *_many(40, track="safety"), *_open(40), *_open(40, track="safety"))
    divided = _divided(rows, Track.HELPFULNESS, bootstrap_pairs=0)
    told = divided.trained_on
    assert told.own == 39  # one measures
    assert told.own_other_track + told.open_data + told.open_other_track == 39
    # Of 120 others 39 are drawn uniformly: about 13 of each kind, with a standard deviation of 2.4.
    assert min(told.own_other_track, told.open_data, told.open_other_track) >= 6
    assert divided.measured_on == Sources(own=1, own_other_track=0, open_data=0, open_other_track=0)


def test_the_safety_model_learns_all_safety_and_a_tenth_of_helpfulness(tmp_path):
    rows = _rows(tmp_path, *_many(40), *_many(41, track="safety"), *_open(40), *_open(50, track="safety"))
    told = _divided(rows, Track.SAFETY, bootstrap_pairs=0).trained_on
    assert (told.own, told.open_data) == (40, 50)
    assert told.own_other_track + told.open_other_track == 10


def test_few_own_labels_are_helped_by_all_open_data_of_the_track(tmp_path):
    rows = _rows(tmp_path, *_many(11), *_open(30), *_open(20, track="safety"))
    helped = _divided(rows, Track.HELPFULNESS, bootstrap_pairs=12)
    assert (helped.trained_on.own, helped.trained_on.open_data) == (10, 30)
    assert helped.measured_on.own == 1
    alone = _divided(rows, Track.HELPFULNESS, bootstrap_pairs=11)
    assert alone.trained_on.open_data + alone.trained_on.open_other_track == 10


def test_open_data_alone_begin_and_are_measured_on_themselves(tmp_path):
    divided = _divided(_rows(tmp_path, *_open(20)), Track.HELPFULNESS, held_out_pairs=4)
    assert (divided.trained_on.open_data, divided.measured_on.open_data) == (16, 4)


def test_open_data_do_not_measure_beside_own_labels(tmp_path):
    rows = _rows(tmp_path, *_many(20), *_open(20, split="heldout"))
    divided = _divided(rows, Track.HELPFULNESS, held_out_pairs=10)
    assert (divided.measured_on.own, divided.measured_on.open_data) == (4, 0)
    assert divided.trained_on.open_data == 0


def test_the_same_words_under_another_id_do_not_train_when_they_measure(tmp_path):
    measuring = [preference(f"p{n}", "yes", "no", split="heldout") for n in range(9)]
    twins = [row | {"prompt_id": row["label_id"], "split": "train", "track": "safety"} for row in measuring]
    divided = _divided(_rows(tmp_path, *_many(9), *measuring, *twins), Track.HELPFULNESS)
    assert len(divided.held_out) == 9
    assert divided.trained_on.own_other_track == 0


def test_the_turns_of_a_dialogue_are_on_one_side(tmp_path):
    rows = []
    for talk in range(20):
        turns = [{"role": "user", "content": f"question {talk}"}]
        for turn in range(3):
            rows.append(preference(f"{talk} {turn}", "yes", "no") | {"prompt": list(turns)})
            turns += [{"role": "assistant", "content": "yes"}, {"role": "user", "content": f"more {turn}"}]
    divided = _divided(_rows(tmp_path, *rows), Track.HELPFULNESS, held_out_pairs=6)
    openings = [{row.turns[0] for row in part} for part in (divided.training, divided.held_out)]
    assert not openings[0] & openings[1]
    assert len(divided.held_out) == 6


def test_what_is_drawn_stays_drawn_when_more_comes(tmp_path):
    own, others = _many(20), _many(60, track="safety")
    few = _divided(_rows(tmp_path, *own[:10], *others), Track.HELPFULNESS).training
    many = _divided(_rows(tmp_path, *own, *others), Track.HELPFULNESS).training
    drawn = [{row.label_id for row in part if row.track is Track.SAFETY} for part in (few, many)]
    assert drawn[0] < drawn[1]
    other = _divided(_rows(tmp_path, *own, *others), Track.HELPFULNESS, seed=1).training
    assert {row.label_id for row in other} != {row.label_id for row in many}


def test_a_comparison_is_drawn_as_a_whole(tmp_path):
    rankings = [
        preference(f"r{n}", better, worse, comparison_id=f"r{n}", label_id=f"r{n}", track="safety")
        for n in range(20)
        for better, worse in (("a", "b"), ("a", "c"), ("b", "c"))
    ]
    divided = _divided(_rows(tmp_path, *_many(17), *rankings), Track.HELPFULNESS)
    drawn = Counter(row.comparison_id for row in divided.training if row.track is Track.SAFETY)
    assert drawn.total() == 15
    assert set(drawn.values()) == {3}


def test_preferences_about_one_dialogue_train_and_nothing_measures(tmp_path):
    rows = _rows(tmp_path, *(preference("p", f"yes {n}", "no") for n in range(6)))
    divided = _divided(rows, Track.HELPFULNESS)
    assert (len(divided.training), len(divided.held_out)) == (6, 0)


def test_one_preference_beside_held_out_ones_is_too_little(tmp_path):
    rows = _rows(tmp_path, *_many(1, batch_id="b"), *_many(4, split="heldout"))
    with pytest.raises(NoPreferencesError, match="All but 1 of the 5 helpfulness preferences"):
        _divided(rows, Track.HELPFULNESS)


def test_a_share_that_leaves_no_room_for_own_labels_is_refused():
    with pytest.raises(ValidationError, match="less than 1"):
        TypeAdapter(RewardSettings).validate_python({"other_track_helpfulness": 1.0})
