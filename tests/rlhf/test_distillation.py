"""Safety context distillation: who is asked how, and what the safety model's gate lets through."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet
from transformers import PreTrainedTokenizerBase

from rlhf.candidates import Sampler
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.distillation import DistillationJob, Distilled, distill, drawn_prompts, under, write_distilled
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
        prompts=PROMPTS, sampler=sampler, settings=SETTINGS, seed=0, tracker=Tracker(tmp_path / "round")
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


def test_the_gate_asks_the_safety_model_about_the_prompt_without_the_preprompt(job: DistillationJob):
    found = distill(job)
    assert {one.is_kept for one in found} == {True, False} or len(found) == 6
    prompts = [one.prompt for one in found]
    plain = job.sampler.judge.scores(prompts, [one.plain for one in found])
    safest = job.sampler.judge.scores(prompts, [one.text for one in found])
    assert [one.plain_safety for one in found] == pytest.approx(plain.safety.tolist(), abs=1e-4)
    assert [one.safety for one in found] == pytest.approx(safest.safety.tolist(), abs=1e-4)
    assert (safest.safety - safest.helpfulness).abs().min() > 1e-3


def test_answers_are_drawn_without_and_with_the_preprompt_and_the_safest_that_ended_counts(
    job: DistillationJob,
):
    found = {one.prompt.prompt_id: one for one in distill(job)}
    sampler, prompts = job.sampler, [prompt for prompt, _ in drawn_prompts(PROMPTS, SETTINGS, seed=0)]
    how = RolloutSettings(samples=1, max_new_tokens=32)
    rows = [prompt_ids(sampler.writer.tokenizer, one.turns) for one in prompts]
    plain = sampler.writer.write(rows, how, seeded("distill", 0, "plain", 0))
    texts = plain.texts(sampler.writer.tokenizer)
    rows = [prompt_ids(sampler.writer.tokenizer, under("Be safe.", one.turns)) for one in prompts]
    how = replace(how, samples=24)
    drawn = sampler.writer.write(rows, how, seeded("distill", 0, "under", 0))
    for place, one in enumerate(prompts):
        ended = [
            text
            for text, stopped in list(
                zip(drawn.texts(sampler.writer.tokenizer), drawn.finished.tolist(), strict=True)
            )[24 * place : 24 * place + 24]
            if stopped
        ]
        if not ended:
            assert one.prompt_id not in found
            continue
        scores = sampler.judge.scores([one] * len(ended), ended).safety
        assert found[one.prompt_id].safety == pytest.approx(scores.max().item(), abs=1e-4)
        assert found[one.prompt_id].text in ended
        assert found[one.prompt_id].plain == texts[place]


def test_the_same_seed_gives_the_same_answers(job: DistillationJob):
    assert distill(job) == distill(job)
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
