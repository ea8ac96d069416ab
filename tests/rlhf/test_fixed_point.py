"""In a world small enough to list, PPO comes to the policy that theory says is best.

Maximising E[r] - β·KL(π‖π_ref) has the solution π*(y) ∝ π_ref(y)·exp(r(y)/β) (Korbak et al. 2022). The world:
three tokens, one of them the end, responses of three tokens at most, so 15 responses in all.
"""

from itertools import product

import pytest
import torch
from tokenizers import Tokenizer
from tokenizers import models as vocabularies
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
)

from rlhf.config import RolloutSettings
from rlhf.experience import Judged, Models, value
from rlhf.forward import token_logprobs
from rlhf.judge import RewardJudge, Scores
from rlhf.models import Critic
from rlhf.policy_settings import PPOSettings
from rlhf.ppo_update import optimisers, update
from rlhf.reward_models.ensemble import Ensemble
from rlhf.rollout import sample
from rlhf.scoring import score_logprobs
from rlhf.seeds import seeded
from rlhf.separate import SeparateModels

PAD, END, WORD = 0, 1, 2
PROMPT = (END,)
BETA = 0.5
BATCH = 512
SETTINGS = PPOSettings(
    minibatch_size=BATCH // 4,
    learning_rate=5e-3,
    critic_learning_rate=1e-2,
    weight_decay=0.0,
    value_coef=1.0,
    missing_end_penalty=0.0,
    max_new_tokens=3,
)


def every_response() -> list[tuple[int, ...]]:
    whole = [row for length in (1, 2, 3) for row in product((PAD, WORD), repeat=length)]
    return [(*row[:-1], END) for row in whole if row[-1] == PAD] + [row for row in whole if len(row) == 3]


RESPONSES = every_response()
REWARDS = dict(zip(RESPONSES, torch.rand(15, generator=seeded("rewards")).tolist(), strict=True))


def distribution(policy) -> torch.Tensor:
    """The probability of every response."""
    with torch.no_grad():
        return torch.stack([_logprob(policy, row) for row in RESPONSES]).exp()


def tilt(reference: torch.Tensor, beta: float) -> torch.Tensor:
    """π_ref·exp(r/β)/Z."""
    tilted = reference * torch.exp(torch.tensor(list(REWARDS.values())) / beta)
    return tilted / tilted.sum()


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """Total variation."""
    return (one - other).abs().sum().item() / 2


def _logprob(policy, row: tuple[int, ...]) -> torch.Tensor:
    logits = policy(input_ids=torch.tensor([[*PROMPT, *row]])).logits[0]
    return token_logprobs(logits[: len(row)], torch.tensor(row)).sum()


@pytest.fixture
def world() -> Models:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=3,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        initializer_range=0.15,
        eos_token_id=END,
        num_labels=1,
    )
    policy, reference = LlamaForCausalLM(config).eval(), LlamaForCausalLM(config).eval()
    reference.load_state_dict(policy.state_dict())
    scores = LlamaForSequenceClassification(config).eval()
    names = Tokenizer(vocabularies.WordLevel({"pad": PAD, "end": END, "word": WORD}, unk_token="word"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=names, pad_token="pad", eos_token="end")
    ensemble = Ensemble(models=(scores,), pad_id=PAD)
    return SeparateModels(
        tokenizer=tokenizer,
        policy=policy,
        reference=reference,
        critic=Critic(scores),
        judge=RewardJudge(helpfulness=ensemble, safety=ensemble, tokenizer=tokenizer, threshold=0.15),
    )


def judge(world: Models, step: int) -> Judged:
    """A batch with the table's rewards in place of the reward models' scores."""
    settings = RolloutSettings(samples=BATCH, max_new_tokens=3, rows=BATCH)
    rollout = sample(world.policy, world.tokenizer, [PROMPT], settings, seeded("rollout", step))
    reference = score_logprobs(world.reference, rollout.answered(PAD), 1.0)
    rewards = torch.tensor([REWARDS[tuple(row)] for row in rollout.rows()])
    return Judged(
        rollout=rollout,
        scores=Scores(helpfulness=rewards, safety=rewards, gated=rewards),
        divergence=rollout.logprobs - reference,
    )


def test_ppo_comes_to_the_reference_tilted_by_the_reward(world):
    start = distribution(world.reference)
    assert start.sum().item() == pytest.approx(1.0, abs=1e-4)
    best = tilt(start, BETA)
    learners = optimisers(world, SETTINGS)
    for step in range(60):
        judged = judge(world, step)
        # Whitening divides the reward by its deviation; β is divided too, so that the optimum stays.
        experience = value(world, judged, SETTINGS, BETA / judged.scores.gated.std(correction=0).item())
        for group in (*learners.policy.param_groups, *learners.critic.param_groups):
            group["lr"] *= 0.94
        update(world, learners, experience, SETTINGS, seeded("update", step))
    reached = distribution(world.policy)
    assert apart(start, best) > 0.1
    assert apart(reached, best) < 0.01
    # A β that is off by a fifth would be noticed.
    assert apart(reached, tilt(start, 0.8 * BETA)) > 0.03
