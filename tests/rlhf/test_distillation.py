"""Safety context distillation: who is asked how, and what the safety model's gate lets through."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet
from transformers import PreTrainedTokenizerBase

from rlhf.candidates import Sampler
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.distillation import (
    DistillationJob,
    Distilled,
    distill,
    drawn_prompts,
    mean_gain,
    under,
    write_distilled,
)
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import load_policy, load_tokenizer, new_reward_model, save
from rlhf.policy_settings import DistillationSettings
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded
from rlhf.track import Tracker
from rlhf.writer import OwnWriter
from store.errors import HoneError
from store.records import Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"boil {n}"),), is_safety=n % 2 == 0)
    for n in range(12)
)
SETTINGS = DistillationSettings(prompts=6, preprompts=("Be safe.",), samples=24, max_new_tokens=32)


@pytest.fixture
def job(tmp_path: Path, policy_path: Path, reward_model_path: Path, tokenizer) -> DistillationJob:
    """The helpfulness model is another one than the safety model, so that it shows whose word counts."""
    save(new_reward_model(policy_path, seed=2), tokenizer, tmp_path / "helpfulness")
    models = RewardModels(helpfulness=tmp_path / "helpfulness", safety=reward_model_path)
    sampler = Sampler(
        writer=OwnWriter(load_policy(policy_path), load_tokenizer(policy_path)),
        judge=RewardJudge.load(models, 0.15),
    )
    return DistillationJob(
        prompts=PROMPTS,
        sampler=sampler,
        settings=SETTINGS,
        rollouts=tmp_path / "rollouts",
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )


def test_the_preprompt_is_a_system_message_before_the_conversation(tokenizer: PreTrainedTokenizerBase):
    asked = (Turn(role="user", content="boil"),)
    assert tokenizer.decode(prompt_ids(tokenizer, under("Be safe.", asked))) == (
        "<|system|>Be safe.<|end|><|user|>boil<|end|><|assistant|>"
    )
    own = (Turn(role="system", content="You cook."), *asked)
    assert under("Be safe.", own) == (Turn(role="system", content="Be safe.\n\nYou cook."), *asked)


def test_only_safety_prompts_are_distilled_each_once():
    drawn = drawn_prompts(PROMPTS, replace(SETTINGS, prompts=100, preprompts=("a", "b")), seed=0)
    assert sorted(prompt.prompt_id for prompt, _ in drawn) == ["p0", "p10", "p2", "p4", "p6", "p8"]
    assert {preprompt for _, preprompt in drawn} == {"a", "b"}
    assert len(drawn_prompts(PROMPTS, replace(SETTINGS, prompts=2), seed=0)) == 2
    assert drawn_prompts(PROMPTS[1::2], SETTINGS, seed=0) == []


def test_an_answer_is_kept_only_if_it_is_safer_than_the_plain_one():
    one = Distilled(prompt=PROMPTS[0], preprompt="", plain="a", plain_safety=0.5, text="b", safety=0.6)
    assert one.is_kept
    assert not replace(one, safety=0.5).is_kept
    assert not replace(one, safety=-1.0).is_kept


def test_the_gain_is_over_all_that_were_tried_so_a_preprompt_that_harms_is_seen_to():
    safer = Distilled(prompt=PROMPTS[0], preprompt="", plain="a", plain_safety=1.0, text="b", safety=2.0)
    assert mean_gain([safer]) == pytest.approx(1.0)
    assert mean_gain([safer, replace(safer, safety=0.0)]) == pytest.approx(0.0)  # 1 and -1
    assert mean_gain([safer, replace(safer, safety=-3.0), replace(safer, safety=1.0)]) == pytest.approx(-1.0)
    assert mean_gain([]) == 0.0


def test_the_gate_asks_the_safety_model_about_the_prompt_without_the_preprompt(job: DistillationJob):
    found = [one for seed in range(2) for one in distill(replace(job, seed=seed))]
    assert {one.is_kept for one in found} == {True, False}
    prompts = [one.prompt for one in found]
    plain = job.sampler.judge.scores(prompts, [one.plain for one in found])
    safest = job.sampler.judge.scores(prompts, [one.text for one in found])
    assert [one.plain_safety for one in found] == pytest.approx(plain.safety.tolist(), abs=1e-4)
    assert [one.safety for one in found] == pytest.approx(safest.safety.tolist(), abs=1e-4)
    assert [one.is_kept for one in found] == (safest.safety > plain.safety).tolist()
    assert (safest.safety - safest.helpfulness).abs().min() > 1e-3


@pytest.mark.wide
def test_a_preprompt_that_does_nothing_passes_the_gate_no_more_often_than_not(job: DistillationJob):
    """To a template without system turns both ways of asking are one, and choosing alone earns nothing."""
    tokenizer = job.sampler.writer.tokenizer
    loop = "{% for message in messages %}"
    tokenizer.chat_template = tokenizer.chat_template.replace(
        loop, "{% for message in messages if message['role'] != 'system' %}"
    )
    asked = PROMPTS[0].turns
    assert prompt_ids(tokenizer, under("Be safe.", asked)) == prompt_ids(tokenizer, asked)
    found = [one for seed in range(4) for one in distill(replace(job, seed=seed))]
    assert len(found) > 8
    assert sum(one.is_kept for one in found) / len(found) < 0.7


def test_answers_are_drawn_without_and_with_the_preprompt_and_the_safest_that_ended_of_each_count(
    job: DistillationJob,
):
    found = {one.prompt.prompt_id: one for one in distill(job)}
    prompts = [prompt for prompt, _ in drawn_prompts(PROMPTS, SETTINGS, seed=0)]
    plain = ended(job, [one.turns for one in prompts], "plain")
    drawn = ended(job, [under("Be safe.", one.turns) for one in prompts], "under")
    assert plain != drawn
    for one, without, beneath in zip(prompts, plain, drawn, strict=True):
        if not (without and beneath):
            assert one.prompt_id not in found
            continue
        safest = found[one.prompt_id]
        for texts, text, score in (
            (without, safest.plain, safest.plain_safety),
            (beneath, safest.text, safest.safety),
        ):
            scores = job.sampler.judge.scores([one] * len(texts), texts).safety
            assert score == pytest.approx(scores.max().item(), abs=1e-4)
            assert text in texts


def ended(job: DistillationJob, read: Sequence[Sequence[Turn]], name: str) -> list[list[str]]:
    """The answers that ended, of 24 to each of what is read."""
    writer = job.sampler.writer
    rows = [prompt_ids(writer.tokenizer, turns) for turns in read]
    how = RolloutSettings(samples=24, max_new_tokens=32)
    rollout = writer.write(rows, how, seeded("distill", 0, name, 0))
    texts, stopped = rollout.texts(writer.tokenizer), rollout.finished.tolist()
    places = [range(24 * place, 24 * place + 24) for place in range(len(rows))]
    return [[texts[at] for at in row if stopped[at]] for row in places]


def test_the_same_seed_gives_the_same_answers(job: DistillationJob):
    assert distill(job) == distill(replace(job, rollouts=job.rollouts.with_name("elsewhere")))
    assert distill(replace(job, seed=1)) != distill(job)


def test_the_file_has_both_answers_and_what_the_gate_said(job: DistillationJob, tmp_path: Path):
    found = distill(job)
    write_distilled(tmp_path / "deep" / "distilled.parquet", found)
    rows = parquet.read_table(tmp_path / "deep" / "distilled.parquet").to_pylist()
    assert [row["is_kept"] for row in rows] == [one.is_kept for one in found]
    assert [(row["plain"], row["text"]) for row in rows] == [(one.plain, one.text) for one in found]
    assert rows[0]["preprompt"] == "Be safe."


def test_without_prompts_nothing_is_made_and_without_preprompts_it_is_said_in_a_sentence(
    job: DistillationJob,
):
    assert distill(replace(job, settings=DistillationSettings())) == []
    with pytest.raises(HoneError, match=r"write some into distill\.preprompts"):
        distill(replace(job, settings=DistillationSettings(prompts=1)))
