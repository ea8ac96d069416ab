"""PPO learns what it is rewarded for, stops when it should, and resumes to the same bytes."""

import json
from dataclasses import replace

import pytest
import torch
from ppo_cases import SETTINGS, prompts, separate
from safetensors.torch import load_file
from torch.distributions import Categorical

from rlhf.chat import prompt_ids, response_ids
from rlhf.experience import answer, value
from rlhf.judge import RewardModels
from rlhf.models import load_policy, load_tokenizer, new_reward_model, save
from rlhf.ppo import PPOError, PPOJob, train
from rlhf.ppo_update import UpdateError, optimisers, update
from rlhf.reward_models import ensemble
from rlhf.reward_models.ensemble import Finished
from rlhf.seeds import seeded
from rlhf.track import Stopped, Tracker


@pytest.fixture
def models(policy_path, reward_model_path):
    return separate(policy_path, reward_model_path)


@pytest.fixture
def job(policy_path, reward_model_path, tmp_path):
    return PPOJob(
        prompts=prompts(20),
        held_out=prompts(4, first=20),
        policy=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        out=tmp_path / "ppo",
        settings=SETTINGS,
        seed=3,
        tracker=Tracker(tmp_path / "round"),
    )


def metrics(job: PPOJob) -> list[dict[str, float]]:
    lines = (job.tracker.folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def measured(job: PPOJob) -> list[dict[str, float]]:
    """All but when it was told and how long it took."""
    return [
        {name: line[name] for name in line if name not in ("made_at", "seconds")} for line in metrics(job)
    ]


WATCHED = {
    *("reward", "helpfulness", "safety", "kl", "entropy", "length", "unfinished"),
    *("distinct_1", "distinct_2", "repetition", "refusals"),
}


def test_the_divergence_is_zero_before_the_first_step(models):
    judged = answer(models, prompts(8), SETTINGS, seeded("test"))
    assert judged.divergence.abs().max().item() < 1e-4


def test_an_answer_that_was_cut_is_scored_by_its_words(models):
    settings = replace(SETTINGS, max_new_tokens=3)
    judged = answer(models, prompts(8), settings, seeded("test"))
    assert not judged.rollout.finished.any()
    said = judged.rollout.texts(models.tokenizer)
    asked = [prompt_ids(models.tokenizer, prompt.turns) for prompt in prompts(8)]
    words = [response_ids(models.tokenizer, text) for text in said]
    (expected,) = models.judge.safety.scores(asked, words)
    assert judged.scores.safety.tolist() == pytest.approx(expected.tolist(), abs=1e-5)
    experience = value(models, judged, settings, kl_coef=0.0)
    # the whitened scores have a mean of nothing, and every one of them is fined
    assert experience.returns[:, -1].mean().item() == pytest.approx(-settings.missing_end_penalty, abs=1e-4)


def test_the_first_ratios_are_one_so_nothing_is_clipped(models):
    settings = replace(SETTINGS, minibatch_size=16, kl_coef=0.0)
    judged = answer(models, prompts(16), settings, seeded("test"))
    experience = value(models, judged, settings, kl_coef=0.0)
    learned = update(models, optimisers(models, settings), experience, settings, seeded("step"))
    assert learned.clip_fraction == 0.0
    # With ratios of 1 the loss is minus the mean advantage, which is standardised.
    assert learned.policy_loss == pytest.approx(0.0, abs=1e-4)


def test_returns_hold_the_whitened_reward_at_the_last_token(models):
    settings = replace(SETTINGS, missing_end_penalty=0.0)
    judged = answer(models, prompts(16), settings, seeded("test"))
    experience = value(models, judged, settings, kl_coef=0.0)
    rollout = judged.rollout
    last = (rollout.mask.sum(dim=1) - 1).unsqueeze(1)
    scores = experience.returns.gather(1, last).squeeze(1)
    assert scores.mean().item() == pytest.approx(0.0, abs=1e-4)
    assert scores.std(correction=0).item() == pytest.approx(1.0, abs=1e-3)
    assert not experience.returns[rollout.mask == 0].any()


def test_what_an_update_reports_are_means_over_tokens(models):
    settings = replace(SETTINGS, epochs=2, learning_rate=0.0, critic_learning_rate=0.0)
    judged = answer(models, prompts(16), settings, seeded("test"))
    rollout = judged.rollout
    # as if every token had been drawn with e^-½ of its probability: all ratios are 1.6487, beyond the band
    less = replace(judged, rollout=replace(rollout, logprobs=rollout.logprobs - 0.5 * rollout.mask))
    experience = value(models, less, settings, kl_coef=0.1)
    learned = update(models, optimisers(models, settings), experience, settings, seeded("step"))
    mask, entropies = rollout.mask.bool(), []
    for prompt, said in zip(rollout.prompt_rows(), rollout.rows(), strict=True):
        with torch.no_grad():
            logits = models.policy(input_ids=torch.tensor([[*prompt, *said]])).logits[0]
        entropies.append(Categorical(logits=logits[len(prompt) - 1 : -1]).entropy())
    gains, missed = experience.advantages[mask], (experience.values - experience.returns)[mask]
    assert learned.entropy == pytest.approx(torch.cat(entropies).mean().item(), abs=1e-4)
    assert learned.value_loss == pytest.approx((missed**2).mean().item() / 2, abs=1e-4)
    paid = torch.where(gains > 0, 1.2 * gains, 1.6487 * gains).mean().item()
    assert learned.policy_loss == pytest.approx(-paid, abs=1e-3)
    assert learned.clip_fraction == 1.0


def test_a_step_to_no_number_is_refused_in_a_sentence(models):
    judged = answer(models, prompts(8), SETTINGS, seeded("test"))
    experience = value(models, judged, SETTINGS, kl_coef=0.1)
    broken = replace(experience, advantages=experience.advantages * torch.inf)
    with pytest.raises(UpdateError, match=r"lower ppo\.learning_rate"):
        update(models, optimisers(models, SETTINGS), broken, SETTINGS, seeded("step"))
    assert all(weights.isfinite().all() for weights in models.policy.parameters())


def test_a_run_logs_reports_and_leaves_a_policy(job):
    result = train(job)
    iterations = [line for line in metrics(job) if "clip_fraction" in line]
    assert [line["step"] for line in iterations] == [1, 2, 3, 4]
    assert {"reward", "explained_variance", "value_loss", "seconds"} <= set(iterations[0])
    assert set(iterations[0]) >= WATCHED
    assert iterations[0]["kl"] == pytest.approx(0.0, abs=1e-3)
    status = json.loads((job.tracker.folder / "status.json").read_text())
    assert status["message"].startswith("iteration 4 of 4")
    assert result.held_out is not None
    assert load_policy(result.policy).config.model_type == "llama"
    assert [path.name for path in job.out.iterdir()] == ["policy"]


def test_the_policy_that_looked_best_is_the_one_kept(job):
    result = train(job)
    looks = [line for line in metrics(job) if "held_out_objective" in line]
    best = max(looks, key=lambda line: line["held_out_objective"])
    assert [line["step"] for line in looks] == [0, 2, 4]
    assert result.best_iteration == best["step"]
    assert result.held_out.objective == best["held_out_objective"]


@pytest.mark.parametrize(("after", "looked_at"), [(1, 4), (2, 0)])
def test_a_stopped_run_resumes_to_the_same_bytes(job, after, looked_at, tmp_path):
    job = replace(job, held_out=prompts(looked_at, first=20))  # with none, the last policy is what is kept
    whole = train(replace(job, out=tmp_path / "whole"))
    told = measured(job)

    def ask(_stage: str, fraction: float, _message: str) -> None:
        if fraction == after / 4:
            stopping.stop.set()

    stopping = Tracker(tmp_path / "stopping", ask)
    with pytest.raises(Stopped):
        train(replace(job, tracker=stopping))
    resumed = train(job)
    assert measured(job) == told  # and what it does again is not told twice
    assert resumed.best_iteration == whole.best_iteration
    one, other = (load_file(result.policy / "model.safetensors") for result in (whole, resumed))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_checkpoint_of_other_settings_is_not_taken_up(job, tmp_path):
    stopping = Tracker(tmp_path / "stopping", lambda *_report: stopping.stop.set())
    with pytest.raises(Stopped):
        train(replace(job, tracker=stopping))
    train(replace(job, settings=replace(SETTINGS, kl_coef=0.5)))
    assert [line["step"] for line in metrics(job) if "clip_fraction" in line] == [1, 2, 3, 4]


def test_a_policy_that_drifts_too_far_is_stopped(job):
    result = train(replace(job, settings=replace(SETTINGS, kl_limit=1e-6, learning_rate=1e-2)))
    assert result.iterations < 4
    assert "above the limit" in result.stopped


def test_looks_that_find_nothing_better_end_the_run(job):
    settings = replace(SETTINGS, iterations=50, learning_rate=0.0, evaluate_every=1, patience=2)
    result = train(replace(job, settings=settings))
    assert result.stopped == "2 looks at the held-out prompts found nothing better."
    assert (result.iterations, result.best_iteration) == (2, 0)


@pytest.fixture
def watched_job(job, policy_path, tmp_path):
    """Two members a track, of which the last watches, the oracle, and enough prompts to tell."""
    tokenizer = load_tokenizer(policy_path)
    for seed in (5, 6):
        save(new_reward_model(policy_path, seed), tokenizer, tmp_path / f"member-{seed}")
    pair = [tmp_path / "member-5", tmp_path / "member-6"]
    ensemble.save(Finished(members=pair, base=None, tokenizer=tokenizer), tmp_path / "pair")
    both = RewardModels(helpfulness=tmp_path / "pair", safety=tmp_path / "pair")
    return replace(job, reward_models=both, gold="pocket")


def test_those_who_are_not_trained_against_are_logged_beside_the_reward(watched_job):
    train(watched_job)
    steps = [line for line in metrics(watched_job) if "clip_fraction" in line]
    looks = [line for line in metrics(watched_job) if "held_out_objective" in line]
    assert all({*WATCHED, "watcher", "gold"} <= line.keys() for line in steps)
    for line in looks:
        assert {f"held_out_{name}" for name in (*WATCHED, "watcher", "gold")} <= line.keys()
        assert {"held_out_watcher_gain", "held_out_watcher_parts", "held_out_gold_parts"} <= line.keys()
    assert looks[0]["held_out_reward_gain"] == looks[0]["held_out_watcher_gain"] == 0
    assert looks[0]["held_out_watcher"] != looks[0]["held_out_reward"]


def test_the_watcher_and_the_gold_judge_change_nothing_of_what_is_learned(watched_job, policy_path, tmp_path):
    alone, watched = tmp_path / "member-5", replace(watched_job, held_out=[])  # so that the last is kept
    without = replace(
        watched,
        reward_models=RewardModels(helpfulness=alone, safety=alone),
        gold="none",
        out=tmp_path / "without",
    )
    one, other = (load_file(train(each).policy / "model.safetensors") for each in (watched, without))
    assert all(torch.equal(one[name], other[name]) for name in one)
    start = load_file(policy_path / "model.safetensors")
    assert not all(torch.equal(one[name], start[name]) for name in one)


def test_without_held_out_prompts_the_last_policy_is_kept(job):
    result = train(replace(job, held_out=[]))
    assert result.held_out is None
    assert result.best_iteration == 4


def test_no_prompts_is_an_error_in_a_sentence(job):
    with pytest.raises(PPOError, match="PPO needs prompts"):
        train(replace(job, prompts=[]))
