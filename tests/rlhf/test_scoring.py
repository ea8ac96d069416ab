"""A score is what the reward model says of one row alone, whatever it is batched with."""

import pytest
import torch

from rlhf import scoring
from rlhf.chat import prompt_ids, response_ids
from rlhf.models import load_reward_model
from rlhf.scoring import score_rows, score_texts
from store.records import Turn

ROWS = [[6, 7, 8, 1], [9, 1], [10, 11, 12, 13, 14, 15, 1], [7, 1]]


@pytest.mark.parametrize("budget", [8, 8192])
def test_batching_moves_no_score(budget, reward_model_path, tokenizer, monkeypatch):
    monkeypatch.setattr(scoring, "BATCH_TOKENS", budget)
    model = load_reward_model(reward_model_path)
    alone = [model(input_ids=torch.tensor([row])).logits.item() for row in ROWS]
    assert score_rows(model, ROWS, tokenizer.pad_token_id).tolist() == pytest.approx(alone, abs=1e-5)


def test_the_score_is_read_at_the_end_token(reward_model_path, tokenizer):
    model = load_reward_model(reward_model_path)
    ended, cut = score_rows(model, [[6, 7, 8, 1], [6, 7, 8]], tokenizer.pad_token_id).tolist()
    assert abs(ended - cut) > 1e-3


def test_texts_are_scored_as_the_policy_would_have_emitted_them(reward_model_path, tokenizer):
    model = load_reward_model(reward_model_path)
    turns = (Turn(role="user", content="What is two plus two?"),)
    row = prompt_ids(tokenizer, turns) + response_ids(tokenizer, "Four.")
    found = score_texts(model, tokenizer, [turns], ["Four."], max_tokens=100)
    assert found.tolist() == pytest.approx(score_rows(model, [row], 0).tolist(), abs=1e-5)
