"""A tokenizer and models small enough to train in a test, with everything that a large one has."""

from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from rlhf.models import new_reward_model, save

TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPOKEN = ["What is two plus two?", "Two plus two is four.", "How do I boil an egg? Put it in hot water."]


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Models this small lose more to waiting for a second thread than it computes."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerBase:
    """Byte-level pairs of 300 tokens, with a chat template and a padding token that is not the end token."""
    marks = ["<|pad|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    pairs.train_from_iterator(
        SPOKEN,
        trainers.BpeTrainer(
            vocab_size=300, special_tokens=marks, initial_alphabet=alphabet, show_progress=False
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=pairs,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        additional_special_tokens=["<|system|>", "<|user|>", "<|assistant|>"],
        chat_template=TEMPLATE,
    )


def _marks(tokenizer: PreTrainedTokenizerBase) -> dict[str, int]:
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "bos_token_id": tokenizer.eos_token_id,
    }


@pytest.fixture(scope="session")
def llama(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A random Llama of two layers with grouped heads. Do not train it: it is shared."""
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        attention_dropout=0.1,
        initializer_range=0.3,
        **_marks(tokenizer),
    )
    return LlamaForCausalLM(config).eval()


@pytest.fixture(scope="session")
def gpt2(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A random GPT-2 of two layers: learned positions, which left padding would move. Do not train it."""
    torch.manual_seed(0)
    config = GPT2Config(
        n_embd=32, n_layer=2, n_head=4, n_positions=256, initializer_range=0.3, **_marks(tokenizer)
    )
    return GPT2LMHeadModel(config).eval()


def _qwen(tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "initializer_range": 0.3,
        **_marks(tokenizer),
    }


@pytest.fixture(scope="session")
def qwen2(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A random Qwen2 of two layers: biased queries, a window that is off. Do not train it: it is shared."""
    torch.manual_seed(0)
    return Qwen2ForCausalLM(Qwen2Config(**_qwen(tokenizer))).eval()


@pytest.fixture(scope="session")
def qwen3(tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """A random Qwen3 of two layers: normed queries, wide heads. Do not train it: it is shared."""
    torch.manual_seed(0)
    return Qwen3ForCausalLM(Qwen3Config(head_dim=16, **_qwen(tokenizer))).eval()


@pytest.fixture(scope="session")
def policy_path(
    llama: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with the small Llama and the tokenizer."""
    path = tmp_path_factory.mktemp("models") / "policy"
    save(llama, tokenizer, path)
    return path


@pytest.fixture(scope="session")
def reward_model_path(
    policy_path: Path, tokenizer: PreTrainedTokenizerBase, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with a fresh reward model of that policy."""
    path = tmp_path_factory.mktemp("models") / "reward_model"
    save(new_reward_model(policy_path, seed=1), tokenizer, path)
    return path
