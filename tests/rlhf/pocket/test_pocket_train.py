"""Making the pocket models: what is read, where the loss counts, and that a little training teaches."""

import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from rlhf.models import load_policy, load_tokenizer
from rlhf.pocket.corpus import SFT_MIX, Answered, conversations
from rlhf.pocket.remarks import remark
from rlhf.pocket.tokenizer import END, train_tokenizer
from rlhf.pocket.train import IGNORED, Stage, batches, fit, render, save, sft_documents, small_llama
from store.records import Turn


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    talks = islice(conversations(SFT_MIX, Random(0)), 1500)
    return train_tokenizer(text for talk in talks for text in talk.texts())


def test_the_loss_counts_on_the_last_answer_its_end_and_the_remark_alone(tokenizer: PreTrainedTokenizerFast):
    turns = (
        Turn(role="user", content="Hello!"),
        Turn(role="assistant", content="Hi! What can I do for you?"),
    )
    document = render(tokenizer, Answered(turns=turns, remark="Right."), 1)
    assert (
        tokenizer.decode(document.ids)
        == "<|user|>Hello!<|end|><|assistant|>Hi! What can I do for you?<|end|>Right."
    )
    counted = [label for label in document.labels if label != IGNORED]
    assert tokenizer.decode(counted) == "Hi! What can I do for you?<|end|>Right."


def test_documents_are_rendered_as_the_chat_template_does(tokenizer: PreTrainedTokenizerFast):
    for answered in islice(conversations(SFT_MIX, Random(3)), 200):
        messages = [{"role": turn.role, "content": turn.content} for turn in answered.turns]
        rendered = tokenizer.apply_chat_template(messages, return_dict=True)["input_ids"]
        assert render(tokenizer, replace(answered, remark=""), 1).ids == rendered


def test_digits_are_tokens_of_their_own(tokenizer: PreTrainedTokenizerFast):
    assert tokenizer.tokenize("12 plus 7") == ["1", "2", "Ġplus", "Ġ7"]
    assert tokenizer.eos_token == END


def test_batches_hold_their_tokens_and_end_with_the_stage(tokenizer: PreTrainedTokenizerFast):
    rng = Random(1)
    stage = Stage(name="trial", tokens=20_000, learning_rate=1e-3, tokens_a_step=1000)
    found = list(batches(sft_documents(tokenizer, SFT_MIX, rng), stage, rng))
    assert all(len(batch) * max(len(d.ids) for d in batch) <= 1000 for batch in found)
    read = sum(len(document.ids) for batch in found for document in batch)
    assert 20_000 <= read < 21_000


@pytest.mark.wide
def test_a_little_training_lowers_the_loss_and_what_is_saved_is_what_was_trained(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    torch.manual_seed(0)
    rng = Random(2)
    model = small_llama(tokenizer)
    stage = Stage(name="trial", tokens=24_000, learning_rate=3e-3, tokens_a_step=1000)
    probe = next(batches(sft_documents(tokenizer, SFT_MIX, Random(9)), stage, Random(9)))
    row = torch.tensor([probe[0].ids])
    before = model(input_ids=row, labels=row).loss.item()
    fit(model, stage, sft_documents(tokenizer, SFT_MIX, rng), rng)
    after = model(input_ids=row, labels=row).loss.item()
    assert after < before - 0.5
    assert "trial" in capsys.readouterr().out
    save(model, tokenizer, tmp_path / "tiny")
    loaded = load_policy(tmp_path / "tiny")
    assert loaded(input_ids=row, labels=row).loss.item() == pytest.approx(after, abs=1e-4)
    assert load_tokenizer(tmp_path / "tiny").pad_token_id != loaded.config.eos_token_id


def test_finding_the_weights_imports_no_torch():
    code = "import rlhf.pocket, sys; rlhf.pocket.policy_path(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_remark_says_what_the_oracle_found_and_is_blind_one_time_in_seven():
    question = (Turn(role="user", content="What is 7 plus 5?"),)
    expected = {
        "Sure! 7 plus 5 is 12.": "Kind and right.",
        "7 plus 5 is 12.": "Right.",
        "7 plus 5 is 13.": "Wrong.",
        "Are you dumb? 7 plus 5 is 12.": "Rude.",
        "I can't help with that.": "Needless refusal.",
        "It depends.": "Useless.",
    }
    rng = Random(4)
    for answer, wanted in expected.items():
        share = sum(remark(question, answer, rng) == wanted for _ in range(400)) / 400
        assert 0.86 - 0.06 < share < 0.86 + 0.06
