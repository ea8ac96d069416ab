"""Who writes the responses of a policy that does not move: Hone's own engine, or vLLM where there is a GPU.

For stages that read a policy from its folder: rejection sampling, evaluation, the next comparisons. PPO's
policy moves at every step, so it is always sampled by `rollout.sample`, from the weights in memory: a copy
for vLLM would have to be renewed each time. Knows no prompts and no settings but the engine's.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.bounds import Engine
from rlhf.collate import Row
from rlhf.config import RolloutSettings
from rlhf.models import load_policy, load_tokenizer
from rlhf.rollout import Rollout, sample
from store.errors import HoneError


class WriterError(HoneError):
    """An engine that is not there, in a sentence."""


class Writer(Protocol):
    """Answers prompts as one policy would."""

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The policy's."""
        ...

    def write(self, prompts: Sequence[Row], settings: RolloutSettings, generator: torch.Generator) -> Rollout:
        """See rollout.sample."""
        ...


@dataclass(frozen=True, slots=True)
class OwnWriter:
    """A policy in memory, sampled by Hone."""

    policy: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    def write(self, prompts: Sequence[Row], settings: RolloutSettings, generator: torch.Generator) -> Rollout:
        """See rollout.sample."""
        return sample(self.policy, self.tokenizer, prompts, settings, generator)


@contextmanager
def writing(path: Path, asked: Engine = "auto") -> Iterator[Writer]:
    """The policy in this folder, ready to answer; a GPU's memory is free again afterwards."""
    if engine(asked) == "hone":
        yield OwnWriter(load_policy(path), load_tokenizer(path))
        return
    from rlhf.vllm_writer import VLLMWriter

    writer = VLLMWriter.load(path)
    try:
        yield writer
    finally:
        writer.close()


def engine(asked: Engine) -> Engine:
    """Who writes here: `hone` or `vllm`."""
    lacking = _lacking()
    if asked == "vllm" and lacking:
        raise WriterError(
            f'engine = "vllm" needs vLLM and a GPU, but here is {lacking}; say engine = "auto", or install '
            "hone-rlhf[vllm] on a machine with a GPU."
        )
    return "hone" if asked == "hone" or lacking else "vllm"


def _lacking() -> str:
    """What vLLM would need and is not here, in words; nothing where it can run."""
    missing = [
        words
        for words, there in (
            ("no vLLM", importlib.util.find_spec("vllm") is not None),
            ("no GPU", torch.cuda.is_available()),
        )
        if not there
    ]
    return " and ".join(missing)
