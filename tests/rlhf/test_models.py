"""Models are read, made and written as promised."""

import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerFast, tokenization_utils_base

from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import pad_right
from rlhf.forward import backbone
from rlhf.models import (
    Critic,
    ModelError,
    load_policy,
    load_reward_model,
    load_tokenizer,
    new_reward_model,
    save,
    scoring_head,
)
from store.records import Turn


def test_a_tokenizer_that_pads_with_its_end_token_is_refused(tokenizer, tmp_path):
    same = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer.backend_tokenizer, pad_token="<|end|>", eos_token="<|end|>"
    )
    same.save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="padding token other than its end token"):
        load_tokenizer(tmp_path)


def test_a_conversation_longer_than_the_model_reads_warns_of_nothing(policy_path, monkeypatch):
    warned = []
    monkeypatch.setattr(tokenization_utils_base.logger, "warning", warned.append)
    long = "water " * 20
    for tokenizer, warnings in (
        (load_tokenizer(policy_path), 0),
        (AutoTokenizer.from_pretrained(str(policy_path)), 1),
    ):
        tokenizer.model_max_length = 8
        ids = prompt_ids(tokenizer, (Turn(role="user", content=long),)) + response_ids(tokenizer, long)
        assert len(ids) > 8
        assert len(warned) == warnings


def test_a_loaded_policy_has_no_dropout_and_the_saved_weights(policy_path, llama):
    policy = load_policy(policy_path)
    assert policy.config.attention_dropout == 0.0
    assert {parameter.dtype for parameter in policy.parameters()} == {torch.float32}
    assert torch.equal(policy.lm_head.weight, llama.lm_head.weight)


def test_a_new_reward_model_has_the_policys_body_and_a_small_head(policy_path, llama):
    model = new_reward_model(policy_path, seed=3)
    for name, weight in backbone(llama).state_dict().items():
        assert torch.equal(backbone(model).state_dict()[name], weight)
    head = scoring_head(model).weight
    assert head.shape == (1, 32)
    # 32 draws of N(0, 1/33): the deviation is 0.174, give or take three standard errors of 0.022
    assert 0.10 < head.std().item() < 0.25
    assert torch.equal(head, scoring_head(new_reward_model(policy_path, seed=3)).weight)
    assert not torch.equal(head, scoring_head(new_reward_model(policy_path, seed=4)).weight)


@pytest.mark.parametrize("load", [load_tokenizer, load_policy, load_reward_model])
def test_a_place_without_a_model_is_an_error_in_a_sentence(load, tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ModelError, match="it cannot be read"):
            load(place)


def test_a_policys_folder_is_no_reward_model(policy_path):
    with pytest.raises(ModelError, match="A reward model has one score"):
        load_reward_model(policy_path)


def test_a_critic_begins_as_its_reward_model_and_survives_its_folder(reward_model_path, tokenizer, tmp_path):
    rows = pad_right([[6, 7, 8, 1], [9, 1]], tokenizer.pad_token_id)
    critic, model = Critic.load(reward_model_path), load_reward_model(reward_model_path)
    with torch.no_grad():
        values = critic(rows.ids)
        scores = model(input_ids=rows.ids, attention_mask=rows.mask).logits.squeeze(-1)
    assert [values[0, 3].item(), values[1, 1].item()] == pytest.approx(scores.tolist(), abs=1e-5)
    save(critic.model, tokenizer, tmp_path / "critic")
    assert torch.equal(Critic.load(tmp_path / "critic").head.weight, critic.head.weight)


def test_saving_replaces_what_was_there(policy_path, tokenizer, tmp_path):
    policy = load_policy(policy_path)
    save(policy, tokenizer, tmp_path / "policy")
    with torch.no_grad():
        policy.lm_head.weight.zero_()
    save(policy, tokenizer, tmp_path / "policy")
    assert load_policy(tmp_path / "policy").lm_head.weight.abs().sum() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["policy"]


def test_padding_moves_no_value(reward_model_path, tokenizer):
    critic, row = Critic.load(reward_model_path), [6, 7, 8]
    with torch.no_grad():
        alone = critic(torch.tensor([row]))[0]
        beside = critic(pad_right([row, [9] * 11], tokenizer.pad_token_id).ids)[0, :3]
    assert beside.tolist() == pytest.approx(alone.tolist(), abs=1e-5)
