"""The reward model stage, with a tiny model that learns in a second."""

import json
import random
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
import torch
from snapshot_files import preference, write_snapshot

from rlhf.chat import prompt_ids, response_ids
from rlhf.models import load_reward_model, load_tokenizer, save
from rlhf.reward_models.elements import encode
from rlhf.reward_models.mixing import NoPreferencesError
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_models.stage import RewardJob, train_reward_model
from rlhf.scoring import score_responses
from rlhf.track import Stopped, Tracker
from store.records import Track, Turn

SETTINGS = RewardSettings(learning_rate=3e-3, epochs=6, batch_pairs=16)
WORDS = ["egg", "water", "pot", "two", "four", "plus", "boil", "hot"]


def _scores(path: Path, answered: list[tuple[tuple[Turn, ...], str]]) -> list[float]:
    """What a saved reward model says of texts as responses to prompts."""
    model, tokenizer = load_reward_model(path), load_tokenizer(path)
    prompts = [prompt_ids(tokenizer, turns) for turns, _ in answered]
    responses = [response_ids(tokenizer, text) for _, text in answered]
    return score_responses(model, prompts, responses, tokenizer.pad_token_id).tolist()


def _polite(count: int, **more) -> list[dict]:
    """Whoever says please is chosen over whoever says rudely, whatever else they say."""
    draw = random.Random(0)

    def words() -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(1, 5)))

    return [
        preference(
            f"{more.get('track', '')} {n}", f"{words()} please", f"{words()} rudely", degree=n % 4, **more
        )
        for n in range(count)
    ]


@pytest.fixture
def job(tmp_path: Path, policy_path: Path) -> RewardJob:
    return RewardJob(
        snapshot=write_snapshot(tmp_path / "snapshot.parquet", _polite(150)),
        track=Track.HELPFULNESS,
        initial_policy=policy_path,
        out=tmp_path / "reward_model",
        settings=SETTINGS,
        seed=3,
        tracker=Tracker(tmp_path / "round"),
    )


def test_a_learnable_preference_is_learnt(job: RewardJob):
    result = train_reward_model(job)
    assert result.results.accuracy.value >= 0.95
    assert (result.results.pairs, result.results.training_pairs) == (30, 120)
    assert result.results.members == 1
    longer = result.results.baseline("longer")
    assert longer is not None
    assert longer.accuracy.value < 0.9


def test_the_saved_model_scores_as_the_measured_one_did(job: RewardJob):
    result = train_reward_model(job)
    rows = {row.label_id: row for row in read_preferences(job.snapshot)}
    assert len(result.gaps) == 30
    for gap in result.gaps:
        row = rows[gap.label_id]
        chosen, rejected = _scores(job.out, [(row.turns, row.chosen), (row.turns, row.rejected)])
        assert gap.gap == pytest.approx(chosen - rejected, abs=1e-4)
    card = json.loads((job.out / "card.json").read_text())
    assert card["held_out"]["accuracy"]["value"] == result.results.accuracy.value
    assert card["trained_on"] == {"own": 120, "own_other_track": 0, "open_data": 0, "open_other_track": 0}
    assert [member["pairs"] for member in card["members"]] == [120]
    assert card["remarks"] == list(result.remarks) == []


def test_helpfulness_scores_are_shifted_to_a_mean_of_nothing(job: RewardJob):
    train_reward_model(replace(job, settings=replace(SETTINGS, held_out_pairs=0)))
    rows = read_preferences(job.snapshot)
    distinct = sorted({(row.turns, text) for row in rows for text in (row.chosen, row.rejected)}, key=repr)
    assert fmean(_scores(job.out, distinct)) == pytest.approx(0, abs=1e-3)


def test_the_same_seed_gives_the_same_bytes(job: RewardJob):
    train_reward_model(job)
    torch.randn(7)  # whatever happened to the global generator in between
    train_reward_model(replace(job, out=job.out.with_name("again")))
    one, two = (job.out.with_name(name) / "model.safetensors" for name in ("reward_model", "again"))
    assert one.read_bytes() == two.read_bytes()


def test_the_safety_model_puts_nought_between_safe_and_unsafe(job: RewardJob, tmp_path: Path):
    rows = _polite(120, track="safety", chosen_safe=True, rejected_safe=False)
    snapshot = write_snapshot(tmp_path / "safety.parquet", rows + _polite(30))
    result = train_reward_model(replace(job, snapshot=snapshot, track=Track.SAFETY))
    half = result.results.unsafe_found[0]
    assert (half.probability, half.unsafe, half.safe) == (0.5, 24, 24)
    assert half.recall >= 0.9
    assert half.precision >= 0.9
    assert result.shift == 0


@pytest.mark.parametrize("safe", [(True, True), (False, False), (None, None), (True, None)])
def test_without_a_border_the_safety_model_is_shifted_as_the_other(safe, job: RewardJob, tmp_path: Path):
    rows = _polite(20, track="safety", chosen_safe=safe[0], rejected_safe=safe[1])
    job = replace(job, snapshot=write_snapshot(tmp_path / "safety.parquet", rows), track=Track.SAFETY)
    result = train_reward_model(replace(job, settings=replace(SETTINGS, held_out_pairs=0)))
    distinct = {
        (row.turns, text) for row in read_preferences(job.snapshot) for text in (row.chosen, row.rejected)
    }
    assert fmean(_scores(job.out, sorted(distinct, key=repr))) == pytest.approx(0, abs=1e-3)
    assert result.shift != 0
    assert json.loads((job.out / "card.json").read_text())["remarks"] == list(result.remarks) != []


def test_safety_known_of_rejected_responses_alone_sets_the_border(job: RewardJob, tmp_path: Path):
    rows = [row | {"rejected_safe": n % 2 == 0} for n, row in enumerate(_polite(20, track="safety"))]
    job = replace(job, snapshot=write_snapshot(tmp_path / "safety.parquet", rows), track=Track.SAFETY)
    assert train_reward_model(job).shift == 0


def test_overlong_rows_keep_their_response_and_are_counted(job: RewardJob, tmp_path: Path):
    long = preference("two plus " * 200, "boil please", "boil")
    snapshot = write_snapshot(tmp_path / "long.parquet", [*_polite(20), long])
    tokenizer = load_tokenizer(job.initial_policy)
    row = next(row for row in read_preferences(snapshot) if len(row.turns[0].content) > 100)
    (encoded,) = encode([row], tokenizer, replace(SETTINGS, max_tokens=40))
    assert encoded.truncated
    assert len(encoded.chosen.prompt) + len(encoded.chosen.response) == 40
    assert tokenizer.decode(encoded.chosen.response).endswith("boil please<|end|>")
    settings = replace(SETTINGS, max_tokens=40, epochs=1)
    assert train_reward_model(replace(job, snapshot=snapshot, settings=settings)).results.truncated == 1


@pytest.mark.parametrize("policy", ["llama", "gpt2"])
def test_no_row_is_longer_than_the_policy_reads(
    job: RewardJob, policy: str, request: pytest.FixtureRequest, tokenizer, tmp_path: Path
):
    save(request.getfixturevalue(policy), tokenizer, tmp_path / policy)
    long = [preference(f"{'two plus ' * 200}{n}", "boil please", "boil") for n in range(4)]
    snapshot = write_snapshot(tmp_path / "long.parquet", [*_polite(20), *long])
    settings = replace(SETTINGS, max_tokens=1024, epochs=1)
    job = replace(job, snapshot=snapshot, initial_policy=tmp_path / policy, settings=settings)
    assert train_reward_model(job).results.truncated == 4


def test_all_pairs_of_a_ranking_weigh_one_label(job: RewardJob):
    rows = read_preferences(
        write_snapshot(
            job.snapshot,
            [
                preference("p", better, worse, comparison_id="k3", label_id="label")
                for better, worse in (("a", "b"), ("a", "c"), ("b", "c"))
            ],
        )
    )
    encoded = encode(rows, load_tokenizer(job.initial_policy), SETTINGS)
    assert [one.weight for one in encoded] == pytest.approx([1 / 3] * 3, abs=1e-9)


def test_training_reports_its_progress_and_its_loss(job: RewardJob):
    train_reward_model(job)
    folder = job.tracker.folder
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert {line["stage"] for line in lines} == {"reward_helpfulness"}
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert json.loads((folder / "status.json").read_text())["fraction"] == 1


def test_a_stop_ends_the_training_and_leaves_no_model(job: RewardJob):
    job.tracker.stop.set()
    with pytest.raises(Stopped):
        train_reward_model(job)
    assert not (job.out / "model.safetensors").exists()


def test_nothing_to_learn_from_is_said_before_any_training(job: RewardJob):
    with pytest.raises(NoPreferencesError, match="no safety preference"):
        train_reward_model(replace(job, track=Track.SAFETY))


def test_a_question_that_was_asked_before_is_scored_by_its_last_turn(job: RewardJob):
    train_reward_model(job)
    turns = (
        Turn(role="user", content="1"),
        Turn(role="assistant", content="boil please"),
        Turn(role="user", content="2"),
    )
    polite, curt = _scores(job.out, [(turns, "hot egg please"), (turns, "hot egg rudely")])
    assert polite > curt


def test_labels_that_contradict_each_other_in_every_pair_teach_nothing(job: RewardJob, tmp_path: Path):
    both = [
        preference("p", *said, comparison_id="c", label_id=f"label {who}", annotator_id=who)
        for who, said in (("ann", ("egg", "pot")), ("bob", ("pot", "egg")))
    ]
    snapshot = write_snapshot(tmp_path / "split.parquet", both)
    job = replace(job, snapshot=snapshot, settings=replace(SETTINGS, weighting="majority"))
    with pytest.raises(NoPreferencesError, match="the 2 that train say nothing"):
        train_reward_model(job)


def test_the_label_of_most_is_learnt_against_the_others(job: RewardJob, tmp_path: Path):
    rows = _polite(100)
    for row in _polite(100):
        turned = {
            "chosen": row["rejected"],
            "rejected": row["chosen"],
            "chosen_id": row["rejected_id"],
            "rejected_id": row["chosen_id"],
        }
        again = {"annotator_id": "bob", "label_id": f"bob {row['label_id']}"}
        rows += [row | turned | again, row | turned | {"annotator_id": "eve", "label_id": f"eve {again}"}]
    snapshot = write_snapshot(tmp_path / "most.parquet", rows)
    majority = replace(job, snapshot=snapshot, settings=replace(SETTINGS, weighting="majority"))
    train_reward_model(majority)
    polite, rude = _scores(
        job.out, [((Turn(role="user", content="1"),), f"egg {w}") for w in ("please", "rudely")]
    )
    assert rude > polite + 1
