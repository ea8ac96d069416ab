"""A score is what the reward model says of one row alone, whatever it is batched with."""

import pytest
import torch

from rlhf import scoring
from rlhf.collate import Answered
from rlhf.models import Critic, load_reward_model
from rlhf.scoring import score_logprobs, score_responses, score_values

PROMPTS = [[6, 7], [9], [10, 11, 12, 13], [6, 7], [6, 7]]
RESPONSES = [[8, 1], [1], [14, 15, 1], [9, 9, 9, 1], [1]]


def test_batching_moves_no_score(reward_model_path, tokenizer):
    model = load_reward_model(reward_model_path)
    rows = [prompt + response for prompt, response in zip(PROMPTS, RESPONSES, strict=True)]
    alone = [model(input_ids=torch.tensor([row])).logits.item() for row in rows]
    found = score_responses(model, PROMPTS, RESPONSES, tokenizer.pad_token_id)
    assert found.tolist() == pytest.approx(alone, abs=1e-5)


def test_the_score_is_read_at_the_end_token(reward_model_path, tokenizer):
    model = load_reward_model(reward_model_path)
    ended, cut = score_responses(model, [[6, 7]] * 2, [[8, 1], [8]], tokenizer.pad_token_id).tolist()
    assert abs(ended - cut) > 1e-3


@pytest.mark.parametrize("architecture", ["llama", "gpt2"])
@pytest.mark.parametrize("budget", [12, 8192])
def test_batched_logprobs_are_those_of_each_row_alone(architecture, budget, tokenizer, request, monkeypatch):
    monkeypatch.setattr(scoring, "BATCH_TOKENS", budget)
    policy = request.getfixturevalue(architecture)
    answered = Answered(prompts=[[6, 7, 8], [9], [5, 5]], responses=[[10, 1], [11, 12, 13, 1], [4]], pad_id=0)
    found = score_logprobs(policy, answered, temperature=0.7)
    for row, prompt, response in zip(found, answered.prompts, answered.responses, strict=True):
        with torch.no_grad():
            logprobs = (policy(input_ids=torch.tensor([[*prompt, *response]])).logits[0] / 0.7).log_softmax(
                -1
            )
        alone = [logprobs[len(prompt) - 1 + place, token].item() for place, token in enumerate(response)]
        assert row.tolist() == pytest.approx(alone + [0.0] * (4 - len(response)), abs=1e-4)


def test_a_value_is_read_just_before_its_token(reward_model_path):
    critic = Critic.load(reward_model_path)
    answered = Answered(prompts=[[6, 7, 8], [9]], responses=[[10, 1], [11, 12, 1]], pad_id=0)
    with torch.no_grad():
        first, second = (
            critic(torch.tensor([row]))[0].tolist() for row in ([6, 7, 8, 10, 1], [9, 11, 12, 1])
        )
    found = score_values(critic, answered)
    assert found[0].tolist() == pytest.approx([*first[2:4], 0.0], abs=1e-5)
    assert found[1].tolist() == pytest.approx(second[:3], abs=1e-5)
