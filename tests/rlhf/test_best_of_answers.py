"""Best of K as a contestant: it gives what the gated judge likes most, and says how far that is."""

from dataclasses import replace
from math import log
from pathlib import Path

import pytest
import torch

from rlhf.answers import Occasion, answers
from rlhf.best_of_answers import best_answers
from rlhf.config import EvaluationSettings, RolloutSettings
from rlhf.evaluate import Contestant, EvaluationJob, evaluate
from rlhf.judge import RewardJudge, RewardModels
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.records import Judge, Turn

PROMPTS = tuple(
    TrainPrompt(prompt_id=f"p{n}", turns=(Turn(role="user", content=f"two plus {n}"),), is_safety=n % 4 == 0)
    for n in range(12)
)


@pytest.fixture
def occasion(tmp_path: Path) -> Occasion:
    return Occasion(
        prompts=PROMPTS, settings=RolloutSettings(max_new_tokens=12), seed=0, folder=tmp_path / "answers"
    )


@pytest.fixture
def reward_models(reward_model_path: Path) -> RewardModels:
    return RewardModels(helpfulness=reward_model_path, safety=reward_model_path)


def test_the_answer_is_the_one_that_the_gated_judge_likes_most(
    policy_path: Path, occasion: Occasion, reward_models: RewardModels
):
    judge = RewardJudge.load(reward_models, 0.15)
    given = best_answers(policy_path, occasion, 4, judge)
    drawn = [answers(policy_path, replace(occasion, seed=1_000_003 * number)) for number in range(1, 5)]
    for row, (prompt, answer) in enumerate(zip(PROMPTS, given.answers, strict=True)):
        samples = [one[row] for one in drawn]
        ended = [one for one in samples if one.finished] or samples
        rewards = judge.scores([prompt] * len(ended), [one.text for one in ended]).gated
        assert answer == ended[rewards.argmax()]


def test_more_samples_hold_those_of_fewer_and_are_liked_better(
    policy_path: Path, occasion: Occasion, reward_models: RewardModels
):
    judge = RewardJudge.load(reward_models, 0.15)
    liked = [
        judge.scores(PROMPTS, [one.text for one in best_answers(policy_path, occasion, count, judge).answers])
        for count in (2, 8)
    ]
    few, many = (best_answers(policy_path, occasion, count, judge).answers for count in (2, 8))
    alike = torch.tensor([one.finished == other.finished for one, other in zip(few, many, strict=True)])
    assert (liked[1].gated >= liked[0].gated - 1e-4)[alike].all()
    assert (liked[1].gated > liked[0].gated + 1e-2).sum() > 3


def test_of_one_sample_nothing_is_chosen(policy_path: Path, occasion: Occasion, reward_models: RewardModels):
    given = best_answers(policy_path, occasion, 1, RewardJudge.load(reward_models, 0.15))
    assert given.answers == answers(policy_path, occasion)
    assert given.chosen_kl.tolist() == [0] * len(PROMPTS)


def test_beside_policies_it_wins_by_the_judge_it_is_chosen_by_at_the_price_of_its_samples(
    policy_path: Path, reward_models: RewardModels, tmp_path: Path
):
    job = EvaluationJob(
        candidate=Contestant(name="best of 8", path=policy_path, samples=8),
        opponents=(Contestant(name="first", path=policy_path),),
        prompts=PROMPTS,
        reward_models=reward_models,
        safety_gate=0.15,
        answers=tmp_path / "answers",
        settings=EvaluationSettings(max_new_tokens=12),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )
    result = evaluate(job)
    assert result.match("first", Judge.REWARD_MODELS).win_rate.value > 0.7
    assert 0 < result.kl.value <= log(8) - 7 / 8 + 1e-4
