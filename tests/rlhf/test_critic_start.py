"""Before the policy's first step the critic learns what the first answers came to."""

from dataclasses import replace

import pytest
import torch

from rlhf.advantages import explained_variance
from rlhf.critic_start import calibrate
from rlhf.experience import answer, value
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import Critic, load_policy, load_tokenizer
from rlhf.policy_settings import PPOSettings
from rlhf.ppo_update import optimisers
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded
from rlhf.separate import SeparateModels
from store.records import Turn

SETTINGS = PPOSettings(
    minibatch_size=8, critic_learning_rate=1e-2, value_clip=10.0, max_new_tokens=12, critic_head_start=8
)


@pytest.fixture
def models(policy_path, reward_model_path):
    return SeparateModels(
        tokenizer=load_tokenizer(policy_path),
        policy=load_policy(policy_path),
        reference=load_policy(policy_path),
        critic=Critic.load(reward_model_path),
        judge=RewardJudge.load(
            RewardModels(helpfulness=reward_model_path, safety=reward_model_path), SETTINGS.safety_gate
        ),
    )


@pytest.fixture
def judged(models):
    prompts = [
        TrainPrompt(
            prompt_id=str(number),
            turns=(Turn(role="user", content=f"What is {number} plus two?"),),
            is_safety=number % 3 == 0,
        )
        for number in range(16)
    ]
    return answer(models, prompts, SETTINGS, seeded("test"))


def explained(models, judged) -> float:
    """How much of the whole returns the critic foresees."""
    experience = value(models, judged, replace(SETTINGS, lam=1.0), SETTINGS.kl_coef)
    return explained_variance(experience.values, experience.returns, judged.rollout.mask).item()


def weights(model: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


def same(before: list[torch.Tensor], after: list[torch.Tensor]) -> bool:
    return all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_a_reward_model_foresees_less_than_nothing_until_it_had_its_first_lesson(models, judged):
    assert explained(models, judged) < 0.0
    calibrate(models, optimisers(models, SETTINGS), judged, SETTINGS, seeded("step"))
    assert explained(models, judged) > 0.3


def test_the_policy_does_not_learn_in_the_critics_first_lesson(models, judged):
    policy, critic = weights(models.policy), weights(models.critic)
    calibrate(models, optimisers(models, SETTINGS), judged, SETTINGS, seeded("step"))
    assert same(policy, weights(models.policy))
    assert not same(critic, weights(models.critic))


def test_without_a_head_start_the_critic_stays_as_it_is(models, judged):
    critic, none = weights(models.critic), replace(SETTINGS, critic_head_start=0)
    calibrate(models, optimisers(models, none), judged, none, seeded("step"))
    assert same(critic, weights(models.critic))
