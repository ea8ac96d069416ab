"""What tests of PPO share: small prompts and settings, and five models of their own."""

from pathlib import Path

from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import Critic, load_policy, load_tokenizer
from rlhf.policy_settings import PPOSettings
from rlhf.prompts import TrainPrompt
from rlhf.separate import SeparateModels
from store.records import Turn

SETTINGS = PPOSettings(
    iterations=4,
    batch_size=16,
    minibatch_size=8,
    learning_rate=1e-3,
    critic_learning_rate=1e-3,
    max_new_tokens=12,
    evaluate_every=2,
    held_out_prompts=4,
    checkpoint_every=2,
)


def prompts(count: int, first: int = 0) -> list[TrainPrompt]:
    return [
        TrainPrompt(
            prompt_id=str(number),
            turns=(Turn(role="user", content=f"What is {number} plus two?"),),
            is_safety=number % 3 == 0,
        )
        for number in range(first, first + count)
    ]


def separate(policy: Path, reward_model: Path) -> SeparateModels:
    return SeparateModels(
        tokenizer=load_tokenizer(policy),
        policy=load_policy(policy),
        reference=load_policy(policy),
        critic=Critic.load(reward_model),
        judge=RewardJudge.load(
            RewardModels(helpfulness=reward_model, safety=reward_model), SETTINGS.safety_gate
        ),
    )
