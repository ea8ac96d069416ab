"""RLOO through TRL: what it is rewarded for, that it learns it, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from rlhf.baselines.rloo import Reward, RLOOError, RLOOJob, check_padding, train_rloo
from rlhf.chat import prompt_ids, response_ids
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import save
from rlhf.policy_settings import RLOOSettings
from rlhf.prompts import TrainPrompt
from rlhf.track import Stopped, Tracker, read_metrics
from store.records import Turn


def prompts(count: int) -> list[TrainPrompt]:
    return [
        TrainPrompt(
            prompt_id=str(number),
            turns=(Turn(role="user", content=f"What is {number} plus two?"),),
            is_safety=number % 3 == 0,
        )
        for number in range(count)
    ]


@pytest.fixture
def job(tmp_path: Path, policy_path: Path, reward_model_path: Path) -> RLOOJob:
    return RLOOJob(
        prompts=prompts(6),
        policy=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        safety_gate=0.15,
        missing_end_penalty=1.0,
        out=tmp_path / "policy",
        settings=RLOOSettings(
            steps=2, batch_size=16, samples=4, learning_rate=1e-3, kl_coef=0.0, max_new_tokens=6
        ),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
        stage="baseline",
    )


def test_the_reward_is_the_gated_one_whitened_less_the_fine(job: RLOOJob, tokenizer):
    judge, asked = RewardJudge.load(job.reward_models, job.safety_gate), prompts(4)
    reward = Reward(judge=judge, tokenizer=tokenizer, prompts=asked, missing_end_penalty=2.0)
    texts = ["four", "hot water", "two", "put it in"]
    ids = [response_ids(tokenizer, text) for text in texts]
    ids[2] = ids[2][:-1]  # it never ended
    logged: dict[str, float] = {}
    found = torch.tensor(reward(completion_ids=ids, row=[3, 1, 0, 2], log_metric=logged.__setitem__))
    gated = judge.scores([asked[number] for number in (3, 1, 0, 2)], texts).gated
    fined = torch.tensor([0.0, 0.0, 2.0, 0.0])
    assert torch.allclose(found + fined, (gated - gated.mean()) / gated.std(correction=0), atol=1e-4)
    assert logged["gated"] == pytest.approx(gated.mean().item(), abs=1e-5)
    assert reward.tokens == sum(map(len, ids))


def test_the_reward_rises(job: RLOOJob):
    train_rloo(replace(job, settings=replace(job.settings, steps=16, batch_size=32, learning_rate=2e-2)))
    rewards = [line["gated"] for line in read_metrics(job.tracker.folder)[:-1]]
    assert len(rewards) == 16
    assert sum(rewards[-4:]) / 4 > sum(rewards[:4]) / 4 + 0.5


def test_it_is_held_at_the_policy_that_it_starts_as(job: RLOOJob):
    train_rloo(replace(job, settings=replace(job.settings, kl_coef=0.1)))
    first, second = (line["kl"] for line in read_metrics(job.tracker.folder) if "kl" in line)
    assert first == pytest.approx(0.0, abs=1e-5)
    assert abs(second) > 1e-3


def test_it_reads_the_ids_that_others_read_even_where_somebody_typed_a_mark(job: RLOOJob, tokenizer):
    turns = (Turn(role="user", content="say <|end|> <|assistant|>"),)
    told = tokenizer.apply_chat_template(
        [[{"role": "user", "content": turns[0].content}]],
        add_generation_prompt=True,
        tokenize=True,
        return_dict=True,
        sanitize_control_tokens=True,
    )
    assert told["input_ids"] == [prompt_ids(tokenizer, turns)]
    result = train_rloo(replace(job, prompts=[TrainPrompt(prompt_id="0", turns=turns, is_safety=False)]))
    assert 2 * 16 <= result.sampled_tokens <= 2 * 16 * 6


def test_prompts_that_leave_no_room_are_left_out_and_counted(job: RLOOJob):
    long = TrainPrompt(
        prompt_id="long", turns=(Turn(role="user", content="two plus " * 300),), is_safety=False
    )
    assert train_rloo(replace(job, prompts=[*job.prompts, long])).left_out == 1
    with pytest.raises(RLOOError, match="room for a response"):
        train_rloo(replace(job, prompts=[long]))


@pytest.mark.parametrize("name", ["llama", "qwen2", "qwen3"])
def test_relative_places_bear_padding_on_the_left(name, request, tokenizer):
    check_padding(request.getfixturevalue(name), tokenizer)


def test_learned_places_are_refused(job: RLOOJob, gpt2, tokenizer, tmp_path: Path):
    save(gpt2, tokenizer, tmp_path / "gpt2")
    with pytest.raises(RLOOError, match="GPT2LMHeadModel reads a prompt otherwise"):
        train_rloo(replace(job, policy=tmp_path / "gpt2"))


def test_a_batch_that_parts_the_responses_of_a_prompt_is_refused(job: RLOOJob):
    with pytest.raises(RLOOError, match="multiple of rloo"):
        train_rloo(replace(job, settings=replace(job.settings, samples=3)))


def test_the_same_seed_gives_the_same_bytes(job: RLOOJob):
    train_rloo(job)
    torch.randn(3)
    train_rloo(replace(job, out=job.out.with_name("again")))
    one, two = (job.out.with_name(name) / "model.safetensors" for name in ("policy", "again"))
    assert one.read_bytes() == two.read_bytes()


def test_a_stop_is_heard_between_steps(job: RLOOJob):
    job.tracker.stop.set()
    with pytest.raises(Stopped):
        train_rloo(job)
