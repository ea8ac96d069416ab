"""Policies, reward models and critics: read from a folder or the hub's name, made, and written.

Weights are safetensors in fp32, code never comes from the model's folder, and dropout is off everywhere,
so that a log-probability is the same number whoever asks for it. Knows nothing of training.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from peft.utils import ModulesToSaveWrapper
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from rlhf.folders import replacing
from rlhf.forward import backbone, hidden_states
from store.errors import HoneError

SHIFT = "score_shift"
"""Where a reward model's configuration keeps the constant that is added to its scores."""

logging.disable_progress_bar()  # reading a model takes a moment; a round has a progress bar of its own


class ModelError(HoneError):
    """A model or tokenizer that cannot be used, in a sentence."""


def load_tokenizer(path: str | Path) -> PreTrainedTokenizerBase:
    """The tokenizer, which must end its turns with a token of its own and have a chat template.

    Were padding the end token, a model would never learn to stop and a reward model never see the end.
    """
    with _reading(path):
        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(path), trust_remote_code=False)
    if tokenizer.eos_token_id is None:
        raise ModelError(f"The tokenizer of {path} has no end token; set eos_token in its configuration.")
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        raise ModelError(
            f"The tokenizer of {path} needs a padding token other than its end token "
            f"{tokenizer.eos_token!r}, but has {tokenizer.pad_token!r}; set pad_token in its configuration."
        )
    if tokenizer.chat_template is None:
        raise ModelError(f"The tokenizer of {path} has no chat template; set chat_template in its folder.")
    # Long conversations are shortened and counted by whoever asks for ids, so there is nothing to warn of.
    tokenizer.deprecation_warnings["sequence-length-is-longer-than-the-specified-maximum"] = True
    return tokenizer


def load_policy(path: str | Path) -> PreTrainedModel:
    """A causal language model in fp32, ready to be asked."""
    config = _without_dropout(path)
    with _reading(path):
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            str(path), config=config, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
        )
    return model.eval()


def load_reward_model(path: str | Path) -> PreTrainedModel:
    """A sequence classifier with one score, as `new_reward_model` makes and `save` writes it."""
    config = _without_dropout(path)
    if config.num_labels != 1:
        raise ModelError(
            f"A reward model has one score, but {path} has {config.num_labels}; name a reward model's folder."
        )
    with _reading(path):
        model: PreTrainedModel = AutoModelForSequenceClassification.from_pretrained(
            str(path), config=config, dtype=torch.float32, use_safetensors=True, trust_remote_code=False
        )
    if shift := shift_of(model):
        add_to_scores(scoring_head(model), shift)
    return model.eval()


def new_reward_model(policy_path: str | Path, seed: int) -> PreTrainedModel:
    """The policy's body under a scoring head drawn from the seed."""
    policy, config = load_policy(policy_path), _without_dropout(policy_path)
    config.num_labels, config.pad_token_id = 1, load_tokenizer(policy_path).pad_token_id
    with torch.random.fork_rng():
        model: PreTrainedModel = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
    backbone(model).load_state_dict(backbone(policy).state_dict())
    draw_head(scoring_head(model), seed)
    return model.eval()


@torch.no_grad()
def draw_head(head: nn.Linear, seed: int) -> None:
    """Fresh weights of N(0, 1/√(d+1)), d its input's size (N+, detail 5)."""
    generator, deviation = torch.Generator().manual_seed(seed), (head.in_features + 1) ** -0.5
    head.weight.copy_(torch.randn(head.weight.shape, generator=generator) * deviation)


def context(model: PreTrainedModel) -> int | None:
    """How many tokens the model reads; none where its architecture sets no limit (ALiBi)."""
    return _longest(model.config)


def context_of(path: str | Path) -> int | None:
    """The same of a folder's model, without reading its weights."""
    return _longest(_without_dropout(path))


def readable(tokens: int, longest: int | None) -> int:
    """So many tokens, or as many as a model reads that has a limit."""
    return min(tokens, longest or tokens)


def scoring_head(model: PreTrainedModel) -> nn.Linear:
    """The layer that turns a hidden state into a score; every decoder in transformers names it `score`.

    Where adapters have heads of their own, that of the adapter which speaks.
    """
    head = dict(model.named_children()).get("score")
    if isinstance(head, ModulesToSaveWrapper):
        head = head.modules_to_save[str(head.active_adapter)]
    if not isinstance(head, nn.Linear):
        raise ModelError(
            f"A reward model has a linear head named score, which {type(model).__name__} lacks; "
            "use a decoder such as Llama, Qwen, Mistral or GPT-2."
        )
    return head


def shift_scores(model: PreTrainedModel, shift: float) -> None:
    """Adds a constant to every score from now on, also after `save` and `load_reward_model`.

    The head has no bias to hold it, so it is kept in the configuration and added to the head's output.
    """
    if SHIFT in model.config.to_dict():
        raise ModelError("This reward model's scores were shifted already; shift a fresh one.")
    setattr(model.config, SHIFT, shift)
    add_to_scores(scoring_head(model), shift)


def shift_of(model: PreTrainedModel) -> float:
    """The constant that is added to its scores; of adapters, to those of the one that speaks."""
    return float(model.config.to_dict().get(SHIFT, 0.0))


def add_to_scores(head: nn.Linear, shift: float) -> None:
    """Adds a constant to what the head says, as long as it is in memory."""
    head.register_forward_hook(lambda _head, _states, score: score + shift)


class Critic(nn.Module):
    """A reward model read at every token instead of the last: what reward is still expected there."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model
        self.head = scoring_head(model)

    def forward(self, ids: Tensor) -> Tensor:
        """Values [B, T] of rows padded on the right."""
        values: Tensor = self.head(hidden_states(self.model, ids)).squeeze(-1)
        return values

    @staticmethod
    def load(path: str | Path) -> Critic:
        """The critic that was saved there, or one that starts as the reward model that was.

        Of an ensemble, as its first member.
        """
        from rlhf.reward_models.ensemble import first_member

        return Critic(first_member(path))


def save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Writes model and tokenizer; a folder that was there before is replaced only once all is written."""
    with replacing(folder) as fresh:
        model.save_pretrained(str(fresh))
        tokenizer.save_pretrained(str(fresh))


@contextmanager
def _reading(path: str | Path) -> Iterator[None]:
    """The library's long words on what is missing, as one sentence."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise ModelError(
            f"Expected a model with its tokenizer, in safetensors, at {path}; it cannot be read. "
            "Name a folder that has one, or a model that the hub has and this machine can reach."
        ) from error


def _longest(config: PretrainedConfig) -> int | None:
    longest: int | None = getattr(config, "max_position_embeddings", None)
    return longest


def _without_dropout(path: str | Path) -> PretrainedConfig:
    with _reading(path):
        config: PretrainedConfig = AutoConfig.from_pretrained(str(path), trust_remote_code=False)
    for name, value in config.to_dict().items():
        if "drop" in name and isinstance(value, float):
            setattr(config, name, 0.0)
    return config
