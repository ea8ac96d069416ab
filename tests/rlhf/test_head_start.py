"""Before the policy's first step the critic learns what the first answers came to."""

from dataclasses import replace

import pytest
import torch
from ppo_cases import prompts, separate

from rlhf.advantages import explained_variance
from rlhf.experience import answer, value
from rlhf.head_start import give_head_start
from rlhf.judge import RewardModels
from rlhf.policy_settings import PPOSettings
from rlhf.ppo import PPOJob, train
from rlhf.ppo_update import optimisers
from rlhf.seeds import seeded
from rlhf.track import Tracker, read_metrics

SETTINGS = PPOSettings(minibatch_size=8, critic_learning_rate=1e-2, max_new_tokens=12, critic_head_start=8)


@pytest.fixture
def models(policy_path, reward_model_path):
    return separate(policy_path, reward_model_path)


@pytest.fixture
def judged(models):
    return answer(models, prompts(16), SETTINGS, seeded("test"))


def explained(models, judged) -> float:
    """How much of the whole returns the critic foresees."""
    experience = value(models, judged, replace(SETTINGS, lam=1.0), SETTINGS.kl_coef)
    return explained_variance(experience.values, experience.returns, judged.rollout.mask).item()


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


def same(before: list[torch.Tensor], after: list[torch.Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_reward_model_foresees_less_than_nothing_until_it_had_a_head_start(models, judged):
    assert explained(models, judged) < 0.0
    give_head_start(models, optimisers(models, SETTINGS), judged, SETTINGS, seeded("step"))
    assert explained(models, judged) > 0.3


def test_what_the_critic_learned_holds_for_answers_that_it_never_saw(models):
    settings = replace(SETTINGS, critic_learning_rate=1e-3)
    taught = answer(models, prompts(64), settings, seeded("test"))
    others = answer(models, prompts(64, first=64), settings, seeded("others"))
    before = explained(models, others)
    give_head_start(models, optimisers(models, settings), taught, settings, seeded("step"))
    assert explained(models, others) > before + 0.1


def test_the_policy_does_not_learn_in_the_critics_head_start(models, judged):
    policy, critic = weights(models.policy), weights(models.critic)
    give_head_start(models, optimisers(models, SETTINGS), judged, SETTINGS, seeded("step"))
    assert same(policy, weights(models.policy))
    assert not same(critic, weights(models.critic))


def test_without_a_head_start_the_critic_stays_as_it_is(models, judged):
    critic, none = weights(models.critic), replace(SETTINGS, critic_head_start=0)
    give_head_start(models, optimisers(models, none), judged, none, seeded("step"))
    assert same(critic, weights(models.critic))


@pytest.fixture
def job(policy_path, reward_model_path, tmp_path):
    return PPOJob(
        prompts=prompts(32),
        held_out=[],
        policy=policy_path,
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        out=tmp_path / "ppo",
        settings=replace(SETTINGS, iterations=1, batch_size=16, learning_rate=1e-3),
        seed=3,
        tracker=Tracker(tmp_path / "round"),
    )


def first(job: PPOJob) -> dict[str, float]:
    """What the job's first iteration told."""
    train(job)
    (line,) = read_metrics(job.tracker.folder)
    return line


def test_a_head_start_learns_at_the_rate_that_the_warm_up_begins_with(job, tmp_path):
    warm = replace(job.settings, warmup_iterations=10)
    slow = replace(job.settings, learning_rate=1e-4, critic_learning_rate=1e-3)
    jobs = [
        replace(job, settings=settings, out=tmp_path / name, tracker=Tracker(tmp_path / f"{name}-round"))
        for name, settings in (("warm", warm), ("slow", slow))
    ]
    one, other = (first(each) for each in jobs)
    assert one["value_loss"] == pytest.approx(other["value_loss"], abs=1e-5)
    assert one["explained_variance"] == pytest.approx(other["explained_variance"], abs=1e-5)


def test_the_policys_first_answers_are_not_those_the_critic_learned_from(job, tmp_path):
    none = replace(job.settings, critic_head_start=0)
    taught = first(job)
    untaught = first(
        replace(job, settings=none, out=tmp_path / "none", tracker=Tracker(tmp_path / "none-round"))
    )
    # the same answers to the same prompts, whether or not the critic was taught before
    assert (taught["reward"], taught["length"]) == (untaught["reward"], untaught["length"])
    assert taught["explained_variance"] < 0.3  # what it comes to on the answers that were learned from
    assert taught["explained_variance"] != untaught["explained_variance"]
