"""Rejection sampling with tiny models."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from pyarrow import parquet

from rlhf.candidates import Candidates, Sampler, lowest
from rlhf.config import RolloutSettings
from rlhf.draws import read_draw
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.policy_settings import RejectionSettings, SFTSettings
from rlhf.pool import Sampled, read_pool, write_pool
from rlhf.prompts import TrainPrompt
from rlhf.rejection import RejectionJob, reject
from rlhf.track import Stopped, Tracker, read_metrics
from rlhf.writer import OwnWriter
from store.errors import HoneError
from store.records import Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"two plus {n}"),), is_safety=n % 2 == 0)
    for n in range(6)
)


@pytest.fixture
def job(tmp_path: Path, policy_path: Path, reward_model_path: Path) -> RejectionJob:
    return RejectionJob(
        policy=policy_path,
        base=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        safety_gate=0.15,
        prompts=PROMPTS,
        earlier_pools=(),
        out=tmp_path / "reject",
        settings=RejectionSettings(
            samples=24, temperatures=(0.8, 1.0), sweep_prompts=2, prompts=6, max_new_tokens=48
        ),
        sft=SFTSettings(learning_rate=1e-3, epochs=1),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )


def metrics(job: RejectionJob) -> list[dict[str, Any]]:
    return read_metrics(job.tracker.folder)


def test_the_best_that_ended_is_chosen_and_a_prompt_without_any_is_left_out():
    candidates = Candidates(
        prompts=PROMPTS[:3],
        texts=("a", "b", "c", "d", "e", "f"),
        rewards=torch.tensor([[1.0, 2.0], [4.0, 3.0], [9.0, 8.0]]),
        finished=torch.tensor([[True, True], [False, True], [False, False]]),
    )
    assert candidates.bests() == [
        Sampled(prompt=PROMPTS[0], text="b", reward=2.0),
        Sampled(prompt=PROMPTS[1], text="d", reward=3.0),
    ]


def test_a_sample_that_never_ended_is_worth_as_much_as_the_worst_that_ended():
    candidates = Candidates(
        prompts=PROMPTS[:2],
        texts=("a", "b", "c", "d"),
        rewards=torch.tensor([[1.0, -9.0], [-2.0, 3.0]]),
        finished=torch.tensor([[True, False], [True, True]]),
    )
    assert lowest([candidates]) == -2.0
    assert lowest([replace(candidates, finished=torch.zeros(2, 2, dtype=torch.bool))]) == 0.0
    assert candidates.worth(-2.0).tolist() == [[1.0, -2.0], [-2.0, 3.0]]


def test_temperatures_are_compared_by_what_may_be_kept(job: RejectionJob):
    one = replace(job.settings, samples=8, temperatures=(1.0,), sweep_prompts=6, max_new_tokens=32)
    result = reject(replace(job, settings=one))
    sampler = Sampler(
        writer=OwnWriter(load_policy(job.policy), load_tokenizer(job.policy)),
        judge=RewardJudge.load(job.reward_models, job.safety_gate),
    )
    asked = list(PROMPTS)
    random.Random(job.seed).shuffle(asked)
    how = RolloutSettings(samples=8, max_new_tokens=32)
    drawn = sampler.draw(asked, how, torch.Generator().manual_seed(job.seed))
    kept, all_of_them = (
        drawn.worth(lowest([drawn])).max(dim=1).values.mean(),
        drawn.rewards.max(dim=1).values.mean(),
    )
    assert all_of_them - kept > 0.01
    assert result.choice.sweep[0].mean_best[-1] == pytest.approx(kept.item(), abs=1e-5)
    assert result.mean_best[-1] == pytest.approx(kept.item(), abs=1e-5)


def test_every_sample_is_scored_beside_its_own_prompt(job: RejectionJob):
    judge = RewardJudge.load(job.reward_models, threshold=0.15)
    writer = OwnWriter(load_policy(job.policy), load_tokenizer(job.policy))
    sampler = Sampler(writer=writer, judge=judge)
    how = RolloutSettings(samples=3, max_new_tokens=6)
    drawn = sampler.draw(PROMPTS[:2], how, torch.Generator().manual_seed(1))
    again = judge.scores([PROMPTS[1]], [drawn.texts[4]]).gated.item()
    assert drawn.rewards[1, 1].item() == pytest.approx(again, abs=1e-5)


def test_a_round_keeps_the_best_and_makes_a_policy_of_it(job: RejectionJob):
    result = reject(job)
    kept = read_pool(result.pool)
    assert 0 < len(kept) == result.kept <= 6
    assert result.from_earlier == 0
    assert load_policy(result.path).num_parameters() == load_policy(job.policy).num_parameters()
    best = max(result.choice.sweep, key=lambda swept: swept.mean_best[-1])
    assert (result.choice.temperature, result.choice.samples) == (best.temperature, 24)
    assert list(result.mean_best) == sorted(result.mean_best)
    file = job.out / "rollouts" / f"000002_{result.choice.temperature}.parquet"
    others = read_draw(file, [PROMPTS[0]] * 4)  # without the two that chose the temperature
    worth = others.worth(lowest([others]))
    assert result.mean_best[-1] == pytest.approx(worth.max(dim=1).values.mean().item(), abs=1e-5)
    assert result.mean_best[0] == pytest.approx(result.mean_median[0], abs=1e-6)
    gains = [line["gain"] for line in metrics(job) if "gain" in line]
    assert len(gains) == 24
    assert gains[-1] > 0


def test_better_samples_of_earlier_rounds_are_learnt_again(job: RejectionJob, tmp_path: Path):
    judge = RewardJudge.load(job.reward_models, threshold=0.15)
    texts = [" ".join(f"{a}{b}" for b in ["egg", "pot", "hot"]) for a in range(40)]
    scores = judge.scores([PROMPTS[1]] * 40, texts).gated
    great, poor = texts[int(scores.argmax())], texts[int(scores.argmin())]
    elsewhere = TrainPrompt(prompt_id="old", turns=(Turn(role="user", content="boil"),), is_safety=False)
    # What an earlier round thought of its samples does not count: the rewards here are the wrong way round.
    write_pool(
        tmp_path / "one.parquet",
        [
            Sampled(prompt=PROMPTS[1], text=great, reward=-99.0),
            Sampled(prompt=elsewhere, text="hot", reward=0),
        ],
    )
    write_pool(tmp_path / "two.parquet", [Sampled(prompt=PROMPTS[1], text=poor, reward=99.0)])
    pools = (tmp_path / "one.parquet", tmp_path / "two.parquet")
    few = replace(job.settings, samples=2, temperatures=(1.0,))
    alone = reject(replace(job, settings=few))
    pooled = reject(replace(job, settings=few, earlier_pools=pools, out=tmp_path / "pooled"))
    ours = {one.prompt.prompt_id: one.reward for one in read_pool(alone.pool)}
    beaten = scores.max().item() > ours.get("p1", -torch.inf)
    assert pooled.from_earlier == 1 + beaten
    assert read_pool(pooled.pool) == read_pool(alone.pool)
    without = reject(
        replace(job, settings=replace(few, pool=False), earlier_pools=pools, out=tmp_path / "no")
    )
    assert without.from_earlier == 0


def test_the_same_seed_gives_the_same_policy(job: RejectionJob, tmp_path: Path):
    small = replace(job, settings=replace(job.settings, samples=4))
    one, two = reject(small), reject(replace(small, out=tmp_path / "again"))
    assert (one.path / "model.safetensors").read_bytes() == (two.path / "model.safetensors").read_bytes()


def test_no_more_prompts_are_sampled_than_the_settings_say(job: RejectionJob):
    result = reject(replace(job, settings=replace(job.settings, prompts=3)))
    assert result.kept <= 3


def test_fewer_samples_are_drawn_where_more_would_gain_little(job: RejectionJob):
    few = replace(job.settings, samples=8, sweep_prompts=4, least_gain=9.0)
    result = reject(replace(job, settings=few))
    assert result.choice.samples == len(result.mean_best) == 1
    drawn = [parquet.read_table(file).num_rows for file in sorted((job.out / "rollouts").iterdir())]
    assert drawn == [4 * 8, 4 * 8, 2 * 1]  # four prompts at each temperature, the other two at the best
    swept = {one["step"] for one in metrics(job) if one.get("temperature") == 0.8}
    assert swept == set(range(1, 9))
    assert [one["chosen_samples"] for one in metrics(job) if "chosen_samples" in one] == [1]


def test_a_stage_that_was_stopped_goes_on_with_what_it_had_sampled(job: RejectionJob, tmp_path: Path):
    job = replace(job, settings=replace(job.settings, samples=4, temperatures=(1.0,)))
    whole = reject(job)

    def stopping(_stage: str, fraction: float, message: str) -> None:
        if "2 of 6 prompts" in message:
            raise Stopped(message)

    out = tmp_path / "stopped"
    with pytest.raises(Stopped):
        reject(replace(job, out=out, tracker=Tracker(tmp_path / "told", stopping)))
    (sampled,) = (out / "rollouts").iterdir()
    written = sampled.stat().st_mtime_ns
    tracker = Tracker(tmp_path / "told")
    tracker.log("reject", 1, mean_best=9.0)
    again = reject(replace(job, out=out, tracker=tracker))
    assert sampled.stat().st_mtime_ns == written
    assert (again.path / "model.safetensors").read_bytes() == (whole.path / "model.safetensors").read_bytes()
    bests = [line["mean_best"] for line in read_metrics(tracker.folder) if "mean_best" in line]
    assert bests == list(again.mean_best)


@pytest.mark.parametrize("start", ["policy", "base"])
def test_the_samples_are_learnt_from_where_the_settings_say(job: RejectionJob, tmp_path: Path, start: str):
    base = load_policy(job.policy)
    with torch.no_grad():
        base.get_input_embeddings().weight += 1.0
    save(base, load_tokenizer(job.policy), tmp_path / "base")
    still = replace(job, base=tmp_path / "base", sft=SFTSettings(learning_rate=1e-12, epochs=1))
    result = reject(replace(still, settings=replace(job.settings, samples=4, start=start)))
    begun = load_policy(job.policy if start == "policy" else tmp_path / "base")
    learnt, meant = (one.get_input_embeddings().weight for one in (load_policy(result.path), begun))
    assert torch.allclose(learnt, meant, atol=1e-6)


def test_samples_that_never_end_teach_nothing(job: RejectionJob):
    cut = replace(job.settings, samples=1, max_new_tokens=1)
    with pytest.raises(HoneError, match="No sample ended within 1 tokens"):
        reject(replace(job, settings=cut, prompts=PROMPTS[:1]))


def test_no_prompt_is_said_in_a_sentence(job: RejectionJob):
    with pytest.raises(HoneError, match="needs training prompts"):
        reject(replace(job, prompts=()))
