"""One base with several adapters: everybody says what they would say alone, and only who learns changes."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from ppo_cases import prompts
from safetensors.torch import load_file
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf import one_base
from rlhf.cast import Casting
from rlhf.chat import prompt_ids, response_ids
from rlhf.experience import answer, value
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import Critic, ModelError, load_policy, save
from rlhf.one_base import OneBase
from rlhf.policy_settings import JudgeSettings, PPOSettings, SFTSettings
from rlhf.ppo import PPOJob, train
from rlhf.ppo_update import optimisers, update
from rlhf.reward_models import ensemble
from rlhf.reward_models.adapters import Adapters
from rlhf.reward_models.ensemble import Finished
from rlhf.same_base import BaseError
from rlhf.seeds import seeded
from rlhf.sft import Example, SFTJob, fine_tune
from rlhf.track import Stopped, Tracker

SETTINGS = PPOSettings(
    iterations=3,
    batch_size=16,
    minibatch_size=8,
    learning_rate=1e-2,
    critic_learning_rate=1e-2,
    max_new_tokens=10,
    evaluate_every=1,
    held_out_prompts=4,
    checkpoint_every=2,
    lora_rank=2,
)


def reward_model(base: Path, folder: Path, members: int, tokenizer: PreTrainedTokenizerBase) -> Path:
    """An ensemble of adapters that say something, each with a shift of its own."""
    adapters = Adapters(base)
    torch.manual_seed(members)
    for number in range(members):
        with torch.no_grad():
            for weights in adapters.add(rank=3, seed=number).parameters():
                if weights.requires_grad:
                    weights.add_(0.1 * torch.randn_like(weights))
        adapters.shift(number, number - 0.25)
        adapters.write(number, folder.with_name(f"{folder.name}-{number}"))
    lie = [folder.with_name(f"{folder.name}-{number}") for number in range(members)]
    ensemble.save(Finished(members=lie, base=base, tokenizer=tokenizer), folder)
    return folder


@pytest.fixture(params=["llama", "gpt2"])
def base(request: pytest.FixtureRequest, tokenizer: PreTrainedTokenizerBase, tmp_path: Path) -> Path:
    save(request.getfixturevalue(request.param), tokenizer, tmp_path / "base")
    return tmp_path / "base"


@pytest.fixture
def casting(base: Path, tokenizer: PreTrainedTokenizerBase, tmp_path: Path) -> Casting:
    models = RewardModels(
        helpfulness=reward_model(base, tmp_path / "helpfulness", 2, tokenizer),
        safety=reward_model(base, tmp_path / "safety", 1, tokenizer),
        judge=JudgeSettings(watcher=False),
    )
    return Casting(policy=base, reward_models=models, settings=SETTINGS, seed=3)


@pytest.fixture
def job(casting: Casting, tmp_path: Path) -> PPOJob:
    return PPOJob(
        prompts=prompts(20),
        held_out=prompts(4, first=20),
        policy=casting.policy,
        reward_models=casting.reward_models,
        out=tmp_path / "ppo",
        settings=SETTINGS,
        seed=3,
        tracker=Tracker(tmp_path / "round"),
    )


def tuned(base: Path, tmp_path: Path, rank: int) -> Path:
    """A policy that was fine-tuned from the base."""
    examples = [Example(turns=prompt.turns, text="four") for prompt in prompts(8)]
    settings = SFTSettings(learning_rate=1e-2, epochs=4, batch_size=8, lora_rank=rank)
    tracker, out = Tracker(tmp_path / "sft"), tmp_path / "tuned"
    fine_tune(SFTJob(examples=examples, policy=base, out=out, settings=settings, seed=1, tracker=tracker))
    return out


def learn(models: OneBase) -> None:
    """One iteration."""
    judged = answer(models, prompts(16), SETTINGS, seeded("test"))
    experience = value(models, judged, SETTINGS, kl_coef=0.1)
    update(models, optimisers(models, SETTINGS), experience, SETTINGS, seeded("step"))


@torch.no_grad()
def logits(model: PreTrainedModel) -> Tensor:
    return model(input_ids=torch.tensor([[6, 7, 8, 9, 10]])).logits


def base_weights(models: OneBase) -> dict[str, Tensor]:
    return {
        name: tensor.clone() for name, tensor in models.policy.state_dict().items() if "lora_" not in name
    }


def metrics(job: PPOJob) -> list[dict[str, float]]:
    lines = (job.tracker.folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def measured(job: PPOJob) -> list[dict[str, float]]:
    """All but when it was told and how long it took."""
    return [
        {name: line[name] for name in line if name not in ("made_at", "seconds")} for line in metrics(job)
    ]


def test_the_first_divergence_is_nothing(casting: Casting):
    judged = answer(OneBase(casting), prompts(8), SETTINGS, seeded("test"))
    assert judged.divergence.abs().max().item() < 1e-4


def test_the_judge_scores_as_the_separate_reward_models_do(casting: Casting):
    texts = ["four", "two plus two is four", "egg", "hot water"]
    alone = RewardJudge.load(casting.reward_models, SETTINGS.safety_gate).scores(prompts(4), texts)
    models = OneBase(casting)
    for _asked_before in (models.policy, models.reference, models.critic):
        said = models.judge.scores(prompts(4), texts)
        assert said.helpfulness.tolist() == pytest.approx(alone.helpfulness.tolist(), abs=1e-5)
        assert said.safety.tolist() == pytest.approx(alone.safety.tolist(), abs=1e-5)
        assert said.gated.tolist() == pytest.approx(alone.gated.tolist(), abs=1e-5)


def test_the_critic_starts_with_the_scores_of_the_helpfulness_model(casting: Casting):
    models, tokenizer = OneBase(casting), OneBase(casting).tokenizer
    row = [*prompt_ids(tokenizer, prompts(1)[0].turns), *response_ids(tokenizer, "four")]
    with torch.no_grad():
        values = models.critic(torch.tensor([row]))[0]
        alone = Critic.load(casting.reward_models.helpfulness)(torch.tensor([row]))[0]
    assert values.tolist() == pytest.approx(alone.tolist(), abs=1e-4)


def test_only_the_policys_and_the_critics_own_weights_learn(casting: Casting):
    models = OneBase(casting)
    before, reference, texts = base_weights(models), logits(models.reference), ["four"] * 4
    judged, values = models.judge.scores(prompts(4), texts), models.critic(torch.tensor([[6, 7, 8]]))
    policy = logits(models.policy)
    learn(models)
    after = base_weights(models)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(logits(models.reference), reference)
    assert torch.equal(models.judge.scores(prompts(4), texts).gated, judged.gated)
    assert not torch.allclose(logits(models.policy), policy, atol=1e-3)
    assert not torch.allclose(models.critic(torch.tensor([[6, 7, 8]])), values, atol=1e-3)


def test_optimisers_hold_the_two_adapters_and_the_critics_head(casting: Casting):
    models = OneBase(casting)
    learners = optimisers(models, SETTINGS)
    sizes = [
        sum(one.numel() for one in learner.param_groups[0]["params"])
        for learner in (learners.policy, learners.critic)
    ]
    adapter = sum(weights.numel() for name, weights in models.policy.named_parameters() if ".policy." in name)
    assert sizes == [adapter, adapter + 32]
    whole = sum(weights.numel() for weights in load_policy(casting.policy).parameters())
    assert adapter < whole / 5


def test_all_of_them_take_the_memory_of_one_model_and_their_adapters(casting: Casting):
    models = OneBase(casting)
    voices = [models.policy, models.reference, models.critic, models.judge.helpfulness.models[1]]
    all_of_them = {one: name for voice in voices for name, one in voice.named_parameters()}
    adapters_and_heads = re.compile(r"lora_|score|(?<!lm_)head\.weight")
    shared = [one for one, name in all_of_them.items() if not adapters_and_heads.search(name)]
    whole = set(load_policy(casting.policy).parameters())
    assert sum(one.numel() for one in shared) == sum(one.numel() for one in whole)


def test_a_run_logs_stops_early_and_leaves_a_plain_policy(job: PPOJob):
    result = train(job)
    iterations = [line for line in metrics(job) if "clip_fraction" in line]
    assert [line["step"] for line in iterations] == [1, 2, 3]
    assert iterations[0]["kl"] == pytest.approx(0.0, abs=1e-3)
    assert iterations[2]["kl"] > 0.001
    assert [path.name for path in job.out.iterdir()] == ["policy"]
    names = load_file(result.policy / "model.safetensors").keys()
    assert names == load_file(job.policy / "model.safetensors").keys()
    stopped = train(replace(job, settings=replace(SETTINGS, kl_limit=1e-9)))
    assert "above the limit" in stopped.stopped


def test_the_merged_policy_answers_as_the_adapter_did(casting: Casting, tmp_path: Path):
    models = OneBase(casting)
    learn(models)
    said = logits(models.policy)
    models.keep_best(tmp_path)
    learn(models)
    models.finish(tmp_path)
    assert torch.allclose(logits(load_policy(tmp_path / "policy")), said, atol=1e-4)
    assert not torch.allclose(logits(load_policy(casting.policy)), said, atol=1e-3)


@pytest.mark.wide
@pytest.mark.parametrize("looked_at", [4, 0])
def test_a_stopped_run_resumes_to_the_same_bytes(job: PPOJob, looked_at: int, tmp_path: Path):
    job = replace(job, held_out=prompts(looked_at, first=20))  # with none, the last policy is what is kept
    whole = train(replace(job, out=tmp_path / "whole"))
    told = measured(job)

    def ask(_stage: str, fraction: float, _message: str) -> None:
        if fraction == 1 / 3:
            stopping.stop.set()

    stopping = Tracker(tmp_path / "stopping", ask)
    with pytest.raises(Stopped):
        train(replace(job, tracker=stopping))
    kept = {file.name for file in (job.out / "checkpoint").iterdir()}
    assert {"policy.safetensors", "critic.safetensors"} < kept
    size = (job.policy / "model.safetensors").stat().st_size
    assert all(file.stat().st_size < size / 2 for file in (job.out / "checkpoint").iterdir())
    resumed = train(job)
    assert measured(job) == told
    assert resumed.best_iteration == whole.best_iteration
    one, other = (result.policy / "model.safetensors" for result in (whole, resumed))
    assert one.read_bytes() == other.read_bytes()


def test_what_was_kept_is_what_is_taken_up(casting: Casting, tmp_path: Path):
    models, rows = OneBase(casting), torch.tensor([[6, 7, 8]])
    learn(models)
    (tmp_path / "kept").mkdir()
    models.keep(tmp_path / "kept")
    again = one_base.load(casting, tmp_path / "kept")
    assert torch.equal(logits(again.policy), logits(models.policy))
    assert torch.equal(again.critic(rows), models.critic(rows))
    assert torch.equal(logits(again.reference), logits(models.reference))


def test_a_policy_that_is_an_adapter_on_the_base_is_where_ppo_starts(
    casting: Casting, base: Path, tmp_path: Path
):
    policy = tuned(base, tmp_path, rank=3)
    models = OneBase(replace(casting, policy=policy))
    expected = logits(load_policy(policy))
    assert not torch.allclose(expected, logits(load_policy(base)), atol=1e-3)
    for voice in ("policy", "reference"):
        assert torch.allclose(logits(getattr(models, voice)), expected, atol=1e-4)
    learn(models)
    assert torch.allclose(logits(models.reference), expected, atol=1e-4)
    said = logits(models.policy)
    models.keep_best(tmp_path)
    models.finish(tmp_path)
    assert torch.allclose(logits(load_policy(tmp_path / "policy")), said, atol=1e-4)


def test_a_policy_with_other_weights_than_the_base_is_refused(casting: Casting, base: Path, tmp_path: Path):
    whole = tuned(base, tmp_path, rank=0)
    with pytest.raises(BaseError, match=r"set sft\.lora_rank above 0 and reject\.start to policy"):
        OneBase(replace(casting, policy=whole))


def test_an_adapter_on_another_base_is_refused(casting: Casting, base: Path, tmp_path: Path):
    on_other = tuned(tuned(base, tmp_path, rank=0).rename(tmp_path / "other"), tmp_path, rank=2)
    with pytest.raises(BaseError, match=r"sft\.lora_rank"):
        OneBase(replace(casting, policy=on_other))


def test_reward_models_on_two_bases_are_refused(casting: Casting, base: Path, tokenizer, tmp_path: Path):
    other = reward_model(tuned(base, tmp_path, rank=0), tmp_path / "strange", 1, tokenizer)
    models = replace(casting.reward_models, safety=other)
    with pytest.raises(BaseError, match="adapters of different policies"):
        OneBase(replace(casting, reward_models=models))


def test_a_whole_reward_model_is_refused(casting: Casting, reward_model_path: Path):
    models = replace(casting.reward_models, safety=reward_model_path)
    with pytest.raises(BaseError, match=r"Set reward\.lora_rank above 0, or ppo\.lora_rank to 0"):
        OneBase(replace(casting, reward_models=models))


def test_a_rank_as_large_as_the_model_is_refused(casting: Casting):
    with pytest.raises(ModelError, match=r"ppo\.lora_rank below the model's width of 32"):
        OneBase(replace(casting, settings=replace(SETTINGS, lora_rank=32)))
