"""Cross-fitting through the stage: every label is scored by members that never saw it."""

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from snapshot_files import preference, write_snapshot

from rlhf.models import ModelError, load_tokenizer
from rlhf.reward_models import ensemble
from rlhf.reward_models.cross_fitting import Gap
from rlhf.reward_models.members import dialogue, fold
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.stage import RewardJob, train_reward_model
from rlhf.track import Stopped, Tracker
from store.records import Track

WORDS = ["egg", "water", "pot", "two", "four", "plus", "boil", "hot"]
SETTINGS = RewardSettings(
    learning_rate=3e-3, epochs=2, batch_pairs=16, held_out_pairs=5, members=2, precision="float32"
)


def _by_chance(count: int) -> list[dict]:
    """Which response was chosen follows from nothing: only who saw the label can know."""
    draw = random.Random(5)
    said = [(" ".join(draw.choices(WORDS, k=6)), " ".join(draw.choices(WORDS, k=6))) for _ in range(count)]
    return [preference(f"{draw.choice(WORDS)} {n}", *pair) for n, pair in enumerate(said)]


@pytest.fixture
def job(tmp_path: Path, policy_path: Path) -> RewardJob:
    return RewardJob(
        snapshot=write_snapshot(tmp_path / "snapshot.parquet", _by_chance(30)),
        track=Track.HELPFULNESS,
        initial_policy=policy_path,
        out=tmp_path / "model",
        settings=SETTINGS,
        seed=3,
        tracker=Tracker(tmp_path / "round"),
    )


def _right(gaps: tuple[Gap, ...]) -> float:
    return sum(gap.gap > 0 for gap in gaps) / len(gaps)


@pytest.mark.wide
def test_labels_that_only_memory_could_score_are_scored_by_chance(job: RewardJob):
    learnt = replace(job, settings=replace(SETTINGS, epochs=40, learning_rate=5e-3, batch_pairs=8))
    result = train_reward_model(learnt)
    assert result.results.members == 2
    assert _right(result.gaps) < 0.75
    model, tokenizer = ensemble.load(result.path), load_tokenizer(result.path)
    from rlhf.reward_models.elements import encode

    held = {gap.label_id for gap in result.gaps}
    rows = encode(read_preferences(job.snapshot), tokenizer, SETTINGS)
    assert held == {row.preference.label_id for row in rows}
    for number in range(2):
        seen = [row for row in rows if fold(dialogue(row.preference), 2) != number + 1]
        sides = [side for row in seen for side in (row.chosen, row.rejected)]
        scores = model.member(number, [one.prompt for one in sides], [one.response for one in sides])
        chosen, rejected = scores.view(-1, 2).T
        assert (chosen > rejected).float().mean() > 0.8


def test_every_pair_of_every_label_has_one_gap(job: RewardJob, tmp_path: Path):
    rows = [
        preference(f"p{n}", better, worse, comparison_id=f"c{n}", label_id=f"{who} {n}")
        for n in range(12)
        for who in ("ann", "bob")
        for better, worse in (("egg", "pot"), ("egg", "two"), ("pot", "two"))
    ]
    others = [preference(f"s{n}", "egg", "pot", track="safety") for n in range(10)]
    job = replace(job, snapshot=write_snapshot(tmp_path / "ranked.parquet", rows + others))
    gaps = train_reward_model(job).gaps
    told = [(gap.label_id, gap.chosen_id, gap.rejected_id) for gap in gaps]
    assert len(set(told)) == len(told)
    assert set(told) == {(row["label_id"], row["chosen_id"], row["rejected_id"]) for row in rows}


def test_a_held_out_turn_of_a_dialogue_that_trains_is_measured_by_all(job: RewardJob, tmp_path: Path):
    first = [{"role": "user", "content": "egg 3"}]
    turns = [*first, {"role": "assistant", "content": "hot"}, {"role": "user", "content": "two"}]
    later = preference("later", "egg", "pot", split="heldout") | {"prompt": turns}
    rows = [*(preference(f"egg {n}", "egg", "pot") for n in range(12)), later]
    settings = replace(SETTINGS, held_out_pairs=1)
    job = replace(job, snapshot=write_snapshot(tmp_path / "chat.parquet", rows), settings=settings)
    result = train_reward_model(job)
    assert result.results.pairs == 1
    assert len(result.gaps) == 13


def test_with_one_member_only_held_out_pairs_have_a_gap(job: RewardJob):
    result = train_reward_model(replace(job, settings=replace(SETTINGS, members=1)))
    assert len(result.gaps) == result.results.pairs == 5


@pytest.mark.wide
@pytest.mark.parametrize("rank", [0, 2])
def test_a_run_that_is_stopped_between_members_goes_on_to_the_same_bytes(job: RewardJob, rank: int):
    job = replace(job, settings=replace(SETTINGS, lora_rank=rank))
    whole = train_reward_model(replace(job, out=job.out.with_name("whole")))
    beginnings: list[str] = []

    def stop_in_the_second(_stage: str, _fraction: float, message: str) -> None:
        beginnings.append(message)
        if message.startswith("member 2"):
            stopping.stop.set()

    stopping = Tracker(job.tracker.folder, stop_in_the_second)
    with pytest.raises(Stopped):
        train_reward_model(replace(job, tracker=stopping))
    assert not job.out.exists()
    told: list[str] = []
    resumed = train_reward_model(
        replace(job, tracker=Tracker(job.tracker.folder, lambda *report: told.append(report[2])))
    )
    assert not any(message.startswith("member 1") for message in told)
    assert {file.name for file in job.out.parent.glob(".*")} == set()
    assert resumed.gaps == whole.gaps
    assert resumed.results == whole.results
    weights = sorted(path.relative_to(job.out) for path in job.out.rglob("*.safetensors"))
    assert len(weights) == (2 if rank == 0 else 3)
    for name in weights:
        assert (job.out / name).read_bytes() == (whole.path / name).read_bytes()


@pytest.mark.wide
def test_a_kill_while_the_members_are_deleted_leaves_nothing_to_trust(job: RewardJob, monkeypatch):
    whole, delete = train_reward_model(job), shutil.rmtree

    def killed(folder: Path, **more) -> None:
        if folder.name != ".model.members":
            return delete(folder, **more)
        (folder / "member-2" / "model.safetensors").unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            train_reward_model(job)
    assert train_reward_model(job).gaps == whole.gaps


@pytest.mark.wide
def test_members_of_another_job_are_not_taken_up(job: RewardJob):
    def stop_in_the_second(_stage: str, _fraction: float, message: str) -> None:
        if message.startswith("member 2"):
            stopping.stop.set()

    stopping = Tracker(job.tracker.folder, stop_in_the_second)
    with pytest.raises(Stopped):
        train_reward_model(replace(job, tracker=stopping, seed=4))
    told: list[str] = []
    train_reward_model(replace(job, tracker=Tracker(job.tracker.folder, lambda *said: told.append(said[2]))))
    assert any(message.startswith("member 1 of 2") for message in told)


def test_progress_rises_over_all_members_and_each_keeps_its_losses(job: RewardJob):
    told: list[float] = []
    train_reward_model(replace(job, tracker=Tracker(job.tracker.folder, lambda *said: told.append(said[1]))))
    assert told == sorted(told)
    assert told[-1] == 1
    lines = (job.tracker.folder / "metrics.jsonl").read_text()
    for stage in ("reward_helpfulness", "reward_helpfulness member 2"):
        assert f'"stage": "{stage}"' in lines


@pytest.mark.parametrize("policy", ["llama", "gpt2"])
def test_adapters_learn_a_learnable_preference(
    job: RewardJob, policy: str, request: pytest.FixtureRequest, tokenizer, tmp_path: Path
):
    from rlhf.models import save

    save(request.getfixturevalue(policy), tokenizer, tmp_path / policy)
    draw = random.Random(0)
    rows = [
        preference(f"p{n}", f"{draw.choice(WORDS)} please", f"{draw.choice(WORDS)} rudely") for n in range(60)
    ]
    job = replace(
        job,
        snapshot=write_snapshot(tmp_path / "polite.parquet", rows),
        initial_policy=tmp_path / policy,
        settings=replace(SETTINGS, lora_rank=4, epochs=8, learning_rate=1e-2),
    )
    result = train_reward_model(job)
    assert _right(result.gaps) > 0.95
    assert len(result.gaps) == 60
    assert result.shift != 0


def test_a_tokenizer_that_pads_with_its_end_is_refused_before_training(job: RewardJob, tmp_path: Path):
    shutil.copytree(job.initial_policy, tmp_path / "padless")
    tokenizer = load_tokenizer(tmp_path / "padless")
    tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(tmp_path / "padless")
    with pytest.raises(ModelError, match="padding token other than its end token"):
        train_reward_model(replace(job, initial_policy=tmp_path / "padless"))
    assert not job.out.exists()
