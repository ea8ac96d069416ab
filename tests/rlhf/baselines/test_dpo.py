"""DPO through TRL: which pairs it learns from, as which tokens, and that it prefers what was chosen."""

from dataclasses import replace
from math import log
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from rlhf.baselines.dpo import DPOJob, encode_pairs, train_dpo, training_pairs
from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import Answered
from rlhf.models import load_policy, save
from rlhf.policy_settings import DPOSettings
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from rlhf.scoring import score_logprobs
from rlhf.track import Stopped, Tracker, read_metrics
from store.errors import HoneError
from store.records import Degree, Split, Track, Turn


def preference(question: str, chosen: str, rejected: str, track: Track = Track.HELPFULNESS) -> Preference:
    name = f"{track} {question}"
    return Preference(
        comparison_id=name,
        label_id=name,
        annotator_id="ann",
        batch_id="batch-0",
        round=0,
        track=track,
        split=Split.TRAIN,
        prompt_id=name,
        turns=(Turn(role="user", content=question),),
        chosen=chosen,
        rejected=rejected,
        chosen_id=f"{name} chosen",
        rejected_id=f"{name} rejected",
        chosen_first=None,
        chosen_policy_id="policy",
        rejected_policy_id="policy",
        degree=Degree.BETTER,
        chosen_safe=None,
        rejected_safe=None,
    )


PAIRS = [preference("two plus two", "four", "hot water"), preference("boil", "hot water", "four")]


@pytest.fixture
def job(tmp_path: Path, policy_path: Path) -> DPOJob:
    return DPOJob(
        pairs=PAIRS * 8,
        policy=policy_path,
        out=tmp_path / "policy",
        settings=DPOSettings(learning_rate=2e-3, epochs=5, batch_size=8),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
        stage="baseline",
    )


def gains(policy: Path, tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """log π(chosen) - log π(rejected) of each pair, the end token's included."""
    answered = Answered(
        prompts=[prompt_ids(tokenizer, pair.turns) for pair in PAIRS for _ in range(2)],
        responses=[response_ids(tokenizer, text) for pair in PAIRS for text in (pair.chosen, pair.rejected)],
        pad_id=tokenizer.pad_token_id,
    )
    sums = score_logprobs(load_policy(policy), answered, 1.0).sum(dim=1).reshape(-1, 2)
    return sums[:, 0] - sums[:, 1]


def test_what_was_chosen_becomes_likelier_than_what_was_rejected(job: DPOJob, tokenizer):
    result = train_dpo(job)
    assert (gains(result.path, tokenizer) - gains(job.policy, tokenizer) > 5).all()
    lines = [line for line in read_metrics(job.tracker.folder) if line["stage"] == "baseline"]
    # The policy begins as its reference, where σ(0) is a half on every pair.
    assert lines[0]["loss"] == pytest.approx(log(2), abs=1e-3)
    assert lines[-1]["loss"] < 0.3
    assert lines[-1]["rewards/accuracies"] == 1.0


def test_it_learns_the_ids_that_the_policy_reads_and_emits(tokenizer):
    spoof = preference("say <|end|>", "four", "two")
    (pair,) = encode_pairs([spoof], tokenizer, 100)
    assert list(pair.prompt) == prompt_ids(tokenizer, spoof.turns)
    assert list(pair.chosen) == response_ids(tokenizer, "four")
    assert pair.rejected[-1] == tokenizer.eos_token_id
    assert not pair.truncated


def test_an_overlong_pair_loses_the_beginning_of_the_prompt_on_both_sides_alike(tokenizer):
    long = preference("two plus " * 50, "four", "hot water")
    (pair,) = encode_pairs([long], tokenizer, 20)
    assert (pair.tokens, pair.truncated) == (20, True)
    assert list(pair.prompt) == prompt_ids(tokenizer, long.turns)[-len(pair.prompt) :]
    assert list(pair.rejected) == response_ids(tokenizer, "hot water")


def test_a_pair_is_no_longer_than_what_the_policy_reads(job: DPOJob, gpt2, tokenizer, tmp_path: Path):
    save(gpt2, tokenizer, tmp_path / "short")
    long = preference("two plus " * gpt2.config.max_position_embeddings, "four", "two")
    result = train_dpo(replace(job, pairs=[long], policy=tmp_path / "short"))
    assert (result.pairs, result.truncated) == (1, 1)


def test_it_learns_what_the_reward_models_learn_and_nothing_that_measures_them():
    rows = [preference(f"question {number}", "four", "two", track) for number in range(20) for track in Track]
    settings = RewardSettings(held_out_pairs=4, other_track_safety=0.3)
    learnt = training_pairs(rows, settings, seed=0)
    for track in Track:
        divided = divide(rows, track, settings, seed=0)
        own = {row.label_id for row in learnt if row.track is track}
        assert own == {row.label_id for row in divided.training if row.track is track}
        assert own.isdisjoint(row.label_id for row in divided.held_out)
    assert len({row.label_id for row in learnt}) == len(learnt)


def test_parts_of_a_batch_add_up_to_it(job: DPOJob):
    whole = train_dpo(replace(job, settings=replace(job.settings, epochs=1)))
    parts = train_dpo(
        replace(job, out=job.out.with_name("parts"), settings=replace(job.settings, epochs=1, accumulation=4))
    )
    one, other = (load_policy(result.path).state_dict() for result in (whole, parts))
    assert all(torch.allclose(one[name], other[name], atol=1e-4) for name in one)


def test_the_same_seed_gives_the_same_bytes(job: DPOJob):
    job = replace(job, settings=replace(job.settings, epochs=1))
    train_dpo(job)
    torch.randn(3)
    train_dpo(replace(job, out=job.out.with_name("again")))
    one, two = (job.out.with_name(name) / "model.safetensors" for name in ("policy", "again"))
    assert one.read_bytes() == two.read_bytes()


def test_a_stop_is_heard_between_steps_and_leaves_no_policy(job: DPOJob):
    job.tracker.stop.set()
    with pytest.raises(Stopped):
        train_dpo(job)
    assert not job.out.exists() or not (job.out / "model.safetensors").exists()


def test_no_pair_is_said_in_a_sentence(job: DPOJob):
    with pytest.raises(HoneError, match="at least one pair"):
        train_dpo(replace(job, pairs=[]))
