"""Fine-tuning: what is learnt, what is not, and that it works."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import TaskType
from transformers import PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.config import RolloutSettings
from rlhf.lora import Lora
from rlhf.models import load_policy, load_tokenizer, save
from rlhf.policy_adapter import adapter_of
from rlhf.policy_settings import SFTSettings
from rlhf.rollout import sample
from rlhf.sft import UNLEARNT, Example, ExampleCollator, SFTJob, columns, fine_tune, tokens
from rlhf.track import Tracker
from rlhf.weights import weights_digest
from store.errors import HoneError
from store.records import Turn


def _example(question: str, text: str, *before: Turn) -> Example:
    return Example(turns=(*before, Turn(role="user", content=question)), text=text)


@pytest.fixture
def job(tmp_path: Path, policy_path: Path) -> SFTJob:
    return SFTJob(
        examples=[_example("two plus two", "four"), _example("boil", "hot water")] * 8,
        policy=policy_path,
        out=tmp_path / "policy",
        settings=SFTSettings(learning_rate=1e-2, epochs=12, batch_size=8),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )


def test_only_the_last_response_and_its_end_token_are_learnt(tokenizer: PreTrainedTokenizerBase):
    before = (Turn(role="user", content="boil"), Turn(role="assistant", content="hot"))
    example = _example("two", "four", *before)
    (row,) = tokens([example], tokenizer, 100)
    made = columns(row)
    prompt, response = prompt_ids(tokenizer, example.turns), response_ids(tokenizer, "four")
    assert made["input_ids"] == prompt + response
    assert made["labels"] == [UNLEARNT] * len(prompt) + response
    assert response[-1] == tokenizer.eos_token_id


def test_padding_is_neither_seen_nor_learnt():
    rows = [{"input_ids": [5, 6, 7], "labels": [-100, 6, 7]}, {"input_ids": [8], "labels": [8]}]
    batch = ExampleCollator(pad_id=0)(rows)
    assert batch["input_ids"].tolist() == [[5, 6, 7], [8, 0, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 0, 0]]
    assert batch["labels"].tolist() == [[-100, 6, 7], [8, -100, -100]]


def test_an_overlong_conversation_loses_its_beginning(tokenizer: PreTrainedTokenizerBase):
    (row,) = tokens([_example("two plus " * 50, "four")], tokenizer, 20)
    assert (len(row.ids), row.truncated) == (20, True)
    assert tokenizer.decode(row.ids).endswith("<|assistant|>four<|end|>")
    assert row.learnt == len(response_ids(tokenizer, "four"))


def test_what_a_policy_with_learned_places_cannot_read_is_cut(job: SFTJob, gpt2, tokenizer, tmp_path: Path):
    save(gpt2, tokenizer, tmp_path / "short")
    long = _example("two plus " * gpt2.config.max_position_embeddings, "four")
    result = fine_tune(replace(job, examples=[long], policy=tmp_path / "short"))
    assert result.truncated == 1


def test_the_policy_says_what_it_was_taught(job: SFTJob):
    result = fine_tune(job)
    policy, tokenizer = load_policy(result.path), load_tokenizer(result.path)
    prompts = [prompt_ids(tokenizer, example.turns) for example in job.examples[:2]]
    greedy = RolloutSettings(temperature=0.05, max_new_tokens=8)
    rollout = sample(policy, tokenizer, prompts, greedy, torch.Generator().manual_seed(0))
    assert rollout.texts(tokenizer) == ["four", "hot water"]
    assert rollout.finished.all()


def test_the_same_seed_gives_the_same_bytes(job: SFTJob):
    job = replace(job, settings=replace(job.settings, epochs=2))
    fine_tune(job)
    torch.randn(3)
    fine_tune(replace(job, out=job.out.with_name("again")))
    one, two = (job.out.with_name(name) / "model.safetensors" for name in ("policy", "again"))
    assert one.read_bytes() == two.read_bytes()


def test_no_example_is_said_in_a_sentence(job: SFTJob):
    with pytest.raises(HoneError, match="at least one example"):
        fine_tune(replace(job, examples=[]))


def test_an_adapter_learns_in_place_of_the_policy_and_lies_beside_what_serves(job: SFTJob):
    job = replace(job, settings=replace(job.settings, lora_rank=8, learning_rate=2e-2, epochs=24))
    result = fine_tune(job)
    policy, tokenizer = load_policy(result.path), load_tokenizer(result.path)
    prompts = [prompt_ids(tokenizer, example.turns) for example in job.examples[:2]]
    greedy = RolloutSettings(temperature=0.05, max_new_tokens=8)
    rollout = sample(policy, tokenizer, prompts, greedy, torch.Generator().manual_seed(0))
    assert rollout.texts(tokenizer) == ["four", "hot water"]
    start = load_policy(job.policy)
    assert torch.equal(policy.lm_head.weight, start.lm_head.weight)  # the head has no adapter
    adapter, base = adapter_of(result.path)
    assert base == weights_digest(job.policy)
    lora = Lora(start, TaskType.CAUSAL_LM)
    lora.take("sft", adapter)
    row = torch.tensor([[6, 7, 8]])
    apart = lora.ask(["sft"])(input_ids=row).logits
    assert torch.allclose(apart, policy(input_ids=row).logits, atol=1e-3)


def test_the_same_seed_gives_the_same_adapter(job: SFTJob):
    job = replace(job, settings=replace(job.settings, epochs=2, lora_rank=2))
    fine_tune(job)
    torch.randn(3)
    fine_tune(replace(job, out=job.out.with_name("again")))
    for file in ("model.safetensors", "adapter/adapter_model.safetensors", "adapter/adapter_config.json"):
        one, two = (job.out.with_name(name) / file for name in ("policy", "again"))
        assert one.read_bytes() == two.read_bytes()
