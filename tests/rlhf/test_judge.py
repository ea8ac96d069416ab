"""Judges: the gate between two reward models, and the gold judge of the pocket world."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import BloomConfig, BloomForSequenceClassification, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.judge import RewardJudge, RewardModels, gold_judge
from rlhf.models import load_reward_model, load_tokenizer, new_reward_model, save
from rlhf.pocket.requests import lookalikes, unsafe
from rlhf.policy_settings import JudgeSettings
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.ensemble import Finished
from rlhf.scoring import score_responses
from store.records import Track, Turn

TURNS = (Turn(role="user", content="two plus two"),)


def _prompt(is_safety: bool) -> TrainPrompt:
    return TrainPrompt(prompt_id="p", turns=TURNS, is_safety=is_safety)


@pytest.fixture
def reward_models(policy_path: Path, reward_model_path: Path, tmp_path: Path) -> RewardModels:
    save(new_reward_model(policy_path, seed=2), load_tokenizer(policy_path), tmp_path / "safety")
    return RewardModels(helpfulness=reward_model_path, safety=tmp_path / "safety")


@pytest.fixture
def ensembles(policy_path: Path, tmp_path: Path) -> RewardModels:
    """Three members a track."""
    tokenizer = load_tokenizer(policy_path)
    for track, first in (("helpfulness", 10), ("safety", 20)):
        members = [tmp_path / f"{track}-{seed}" for seed in range(first, first + 3)]
        for seed, member in enumerate(members, start=first):
            save(new_reward_model(policy_path, seed), tokenizer, member)
        ensemble.save(Finished(members=members, base=None, tokenizer=tokenizer), tmp_path / track)
    return RewardModels(helpfulness=tmp_path / "helpfulness", safety=tmp_path / "safety")


def _members(judge: RewardJudge, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """What each member of helpfulness and of safety says of the texts, [K, N] both."""
    asked = [prompt_ids(judge.tokenizer, TURNS)] * len(texts)
    said = [response_ids(judge.tokenizer, text) for text in texts]
    return judge.helpfulness.scores(asked, said), judge.safety.scores(asked, said)


def test_the_last_members_watch_and_take_no_part_in_the_reward(ensembles: RewardModels):
    texts = [f"egg {n} pot" for n in range(20)]
    judge = RewardJudge.load(ensembles, threshold=0.5)
    scores, (helpful, safe) = judge.scores([_prompt(False)] * 20, texts), _members(judge, texts)
    assert torch.allclose(scores.helpfulness, (helpful[0] + helpful[1]) / 2, atol=1e-5)
    assert torch.allclose(scores.safety, (safe[0] + safe[1]) / 2, atol=1e-5)
    assert scores.watcher is not None
    assert 0 < (safe[2] < 0).sum() < 20  # σ(0) is the threshold: the watchers have a gate of their own
    assert torch.allclose(scores.watcher, torch.where(safe[2] < 0, safe[2], helpful[2]), atol=1e-5)


@pytest.mark.parametrize(
    ("settings", "voice"),
    [
        (JudgeSettings(watcher=False), lambda scores: scores.mean(dim=0)),
        (JudgeSettings(watcher=False, combine="worst"), lambda scores: scores.min(dim=0).values),
        (
            JudgeSettings(watcher=False, combine="penalised", uncertainty_coef=0.5),
            lambda scores: scores.mean(dim=0) - 0.5 * scores.var(dim=0, correction=0),
        ),
    ],
)
def test_without_a_watcher_all_members_speak_as_one(ensembles: RewardModels, settings, voice):
    judge = RewardJudge.load(replace(ensembles, judge=settings), threshold=0.15)
    scores, members = judge.scores([_prompt(False)] * 4, list("abcd")), _members(judge, list("abcd"))
    assert scores.watcher is None
    assert scores.helpfulness.tolist() == pytest.approx(voice(members[0]).tolist(), abs=1e-5)
    assert scores.safety.tolist() == pytest.approx(voice(members[1]).tolist(), abs=1e-5)


def test_one_member_alone_has_nobody_to_watch_it(reward_models: RewardModels):
    assert RewardJudge.load(reward_models, threshold=0.15).scores([_prompt(True)], ["a"]).watcher is None


def test_safety_speaks_on_safety_prompts_and_below_the_gate(reward_models: RewardModels):
    texts = [f"egg {n} pot" for n in range(30)]
    judge = RewardJudge.load(reward_models, threshold=0.5)
    helpful = judge.scores([_prompt(False)] * 30, texts)
    below = helpful.safety < 0  # σ(0) is the threshold
    assert 0 < below.sum() < 30
    assert torch.equal(helpful.gated, torch.where(below, helpful.safety, helpful.helpfulness))
    safe = judge.scores([_prompt(True)] * 30, texts)
    assert torch.equal(safe.gated, safe.safety)


def test_the_helpfulness_model_may_speak_alone_on_every_prompt(ensembles: RewardModels):
    texts = [f"egg {n} pot" for n in range(20)]
    alone = replace(ensembles, judge=JudgeSettings(reward="helpfulness"))
    judge = RewardJudge.load(alone, threshold=0.68)
    for is_safety in (True, False):
        scores = judge.scores([_prompt(is_safety)] * 20, texts)
        assert 0 < (scores.safety.sigmoid() < 0.68).sum() < 20  # the gate would have let safety speak
        assert torch.equal(scores.gated, scores.helpfulness)
        assert torch.allclose(scores.watcher, _members(judge, texts)[0][2], atol=1e-5)
    asked = [_prompt(True)] * 20
    assert torch.allclose(judge.opinions(Track.SAFETY, asked, texts), _members(judge, texts)[0], atol=1e-5)
    gated = RewardJudge.load(ensembles, threshold=0.5)
    assert torch.allclose(gated.opinions(Track.SAFETY, asked, texts), _members(judge, texts)[1], atol=1e-5)


def test_each_model_scores_as_it_does_alone(reward_models: RewardModels):
    texts, tokenizer = ["four", "hot water"], load_tokenizer(reward_models.safety)
    prompts, responses = (
        [prompt_ids(tokenizer, TURNS)] * 2,
        [response_ids(tokenizer, text) for text in texts],
    )
    scores = RewardJudge.load(reward_models, threshold=0.15).scores([_prompt(True), _prompt(False)], texts)
    for path, judged in (
        (reward_models.helpfulness, scores.helpfulness),
        (reward_models.safety, scores.safety),
    ):
        alone = score_responses(load_reward_model(path), prompts, responses, tokenizer.pad_token_id)
        assert judged.tolist() == pytest.approx(alone.tolist(), abs=1e-5)


def test_a_model_without_learned_or_turned_places_judges_as_well(
    reward_models: RewardModels, tokenizer: PreTrainedTokenizerBase, tmp_path: Path
):
    marks = {"vocab_size": len(tokenizer), "pad_token_id": 0, "eos_token_id": tokenizer.eos_token_id}
    config = BloomConfig(hidden_size=32, n_layer=1, n_head=2, num_labels=1, **marks)
    save(BloomForSequenceClassification(config), tokenizer, tmp_path / "bloom")
    bloom = RewardModels(helpfulness=tmp_path / "bloom", safety=tmp_path / "bloom")
    scores = RewardJudge.load(bloom, threshold=0.15).scores([_prompt(True)], ["four"])
    assert scores.gated.isfinite().all()


def test_a_conversation_beyond_the_context_is_judged_by_its_end(reward_models: RewardModels):
    judge, words = RewardJudge.load(reward_models, threshold=0.15), "egg pot water " * 60
    long = replace(_prompt(True), turns=(Turn(role="user", content=words), *TURNS))
    row = (prompt_ids(judge.tokenizer, long.turns) + response_ids(judge.tokenizer, "four"))[-256:]
    (expected,) = judge.safety.scores([row[:-1]], [row[-1:]])
    assert judge.scores([long], ["four"]).gated.tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_there_may_be_no_gold_judge():
    assert gold_judge("none") is None


def test_the_pocket_judge_prefers_the_right_sum():
    judge = gold_judge("pocket")
    assert judge is not None
    asked = (Turn(role="user", content="What is 2 plus 3?"),)
    assert judge.score(asked, "2 plus 3 is 5.") > judge.score(asked, "2 plus 3 is 9.")
    assert not judge.asks_unsafe(asked)
    assert not judge.looks_unsafe(asked)
    assert not judge.unsafe(asked, "2 plus 3 is 5.")
    assert not judge.false_refusal(asked, "2 plus 3 is 5.")


def test_the_pocket_judge_tells_unsafe_requests_from_those_that_only_look_so():
    judge = gold_judge("pocket")
    assert judge is not None
    for request in lookalikes():
        turns = (Turn(role="user", content=request.text),)
        assert judge.looks_unsafe(turns)
        assert not judge.asks_unsafe(turns)
        assert judge.false_refusal(turns, "I cannot help with that.")
    request = next(iter(unsafe()))
    turns = (Turn(role="user", content=request.text),)
    assert judge.asks_unsafe(turns)
    assert not judge.looks_unsafe(turns)
    assert not judge.false_refusal(turns, "I cannot help with that.")
    assert not judge.unsafe(turns, "I cannot help with that.")
    assert judge.unsafe(turns, " ".join(f"{step}." for step in request.task.goal.steps))
    assert judge.score(turns, " ".join(f"{step}." for step in request.task.goal.steps)) == -1
