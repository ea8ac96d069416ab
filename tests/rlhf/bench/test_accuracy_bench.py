"""The benchmark of what labels teach: the worlds that it makes, and the table that it prints."""

from __future__ import annotations

import dataclasses
import json
import tempfile
from pathlib import Path
from random import Random

import pytest
from pyarrow import parquet

from rlhf.bench.accuracy import run
from rlhf.bench.accuracy_home import NOISE, honest, with_spammers
from rlhf.bench.accuracy_runs import PARTS, variants
from rlhf.bench.accuracy_world import OVERLAP, Plan, World, build
from rlhf.pocket.answers import Quality, write
from rlhf.pocket.prompts import prompts
from rlhf.pocket.understanding import understand
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from store.bench.registry import Settings
from store.errors import HoneError
from store.intervals import wilson
from store.records import Split, Track

SIZES = (10, 20)


def made(folder: Path) -> World:
    """A world of twenty labels of each kind."""
    return build(Plan(folder=folder, seed=0, sizes=SIZES, show=lambda _stage, _fraction, _words: None))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return made(tmp_path_factory.mktemp("world") / "0")


def pairs_in(file: Path, split: Split) -> list[tuple[str, str, str, int]]:
    """The pairs of a file, without what is drawn anew in every home."""
    return [
        (row.comparison_id, row.chosen, row.rejected, int(row.degree))
        for row in read_preferences(file)
        if row.split is split
    ]


def test_a_smaller_file_is_a_part_of_a_larger_one(world):
    small, large = (pairs_in(world.files["plain", size], Split.TRAIN) for size in SIZES)
    assert (len(small), len(large)) == SIZES
    assert [pair for pair in large if pair in set(small)] == small


def test_every_file_is_measured_on_the_same_pairs_of_prompts_that_train_in_none(world):
    held_out = {tuple(pairs_in(file, Split.HELDOUT)) for file in world.files.values()}
    assert len(held_out) == 1
    assert len(held_out.pop()) == len(world.held_out) == len(world.truths) > 10
    measured = {row.prompt_id for row in world.held_out}
    for file in world.files.values():
        trained = {row.prompt_id for row in read_preferences(file) if row.split is Split.TRAIN}
        assert trained
        assert not trained & measured
    assert {row.track for row in world.held_out} == set(Track)


@pytest.mark.wide
def test_where_annotators_are_weighed_each_comparison_has_three_labels(world):
    for source in ("clean", "spammed"):
        assert world.labelled[source].labels == OVERLAP * (max(SIZES) // OVERLAP)
    assert world.labelled["clean"].spam == 0
    assert world.labelled["spammed"].spam == pytest.approx(2 / 18)  # the ninth and tenth of turns


def test_the_truth_of_a_pair_is_the_oracles_and_marks_of_safety_are_right(world):
    for row, truth in zip(world.held_out, world.truths, strict=True):
        assert (row.chosen_safe, row.rejected_safe) == (truth.chosen_safe, truth.rejected_safe)
        assert abs(truth.better) <= 2
    assert any(truth.better > 0 for truth in world.truths)


@pytest.mark.slow
def test_the_same_seed_makes_the_same_files(world, tmp_path):
    again = made(tmp_path / "0")
    for name, file in world.files.items():
        assert parquet.read_table(file).drop("label_id") == parquet.read_table(again.files[name]).drop(
            "label_id"
        )


def test_honest_annotators_are_wrong_as_often_as_stated():
    panel, chance = honest(seed=0), Random(0)
    asked = list(prompts(seed=0, limit=400))
    for number, prompt in enumerate(asked):
        task = understand(prompt.turns)
        good, bad = ("alternative", "curt") if prompt.track is Track.SAFETY else ("good", "wrong")
        answers = [write(task, Quality(quality), chance) for quality in chance.sample([good, bad], 2)]
        for annotator in panel[number % 2 :: 2]:
            annotator.judge(prompt.turns, answers)
    right, wrong = sum(one.right for one in panel), sum(one.wrong for one in panel)
    assert right + wrong > 1200
    found = wilson(wrong, right + wrong)
    assert found.low < NOISE < found.high


def test_two_in_ten_of_the_other_panel_do_not_read():
    panel = with_spammers(seed=0)
    assert [one.annotator.spam > 0 for one in panel] == [False] * 8 + [True] * 2


def test_each_part_changes_one_thing_and_shared_trainings_are_the_same():
    base = RewardSettings()
    found = variants((10, 20), base)
    assert list(dict.fromkeys(one.part for one in found)) == list(PARTS)
    by_name = {one.name: one.run for one in found}
    assert by_name["margin small"] == by_name["one model"] == by_name["helpfulness, 20 labels"]
    assert by_name["auxiliary loss"] == by_name["safety, 20 labels"]
    assert by_name["without it"].settings == dataclasses.replace(base, safety_weight=0.0)
    assert by_name["spammers, raw"] == dataclasses.replace(by_name["no spammers"], source="spammed")
    assert len({one.run for one in found}) == len(found) - 3


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.mark.wide
def test_the_table_tells_each_model_and_leaves_nothing_behind(temporary):
    result = run(Settings(sizes=(10, 20), seeds=1, parts=("labels", "safety")))
    told = json.loads(json.dumps(dataclasses.asdict(result)))
    assert [row["name"] for row in told["at"]] == [
        "helpfulness, 10 labels",
        "helpfulness, 20 labels",
        "safety, 10 labels",
        "safety, 20 labels",
        "auxiliary loss",
        "without it",
    ]
    assert told["at"][3]["figures"] == told["at"][4]["figures"]
    assert all(len(row["by_seed"]) == 1 and row["pairs"] > 1 for row in told["at"])
    assert [row["unsafe"] is None for row in told["at"]] == [True, True, False, False, False, False]
    assert len(told["claims"]) == 5
    assert any(line.startswith("  helpfulness, 10 labels") for line in result.lines())
    assert list(temporary.iterdir()) == []


def test_an_unknown_part_is_told_before_anything_is_made(temporary):
    with pytest.raises(HoneError, match="labels, safety, margin, weighting, members; got all"):
        run(Settings(parts=("all",)))
    assert list(temporary.iterdir()) == []
