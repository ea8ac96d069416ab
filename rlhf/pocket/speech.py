"""Lets a model of the pocket world speak: one sampled response to each conversation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.models import load_policy, load_tokenizer
from rlhf.rollout import sample
from store.records import Turn

LONGEST_RESPONSE = 64


def speak(folder: Path, conversations: Sequence[Sequence[Turn]], seed: int = 0) -> list[str]:
    """One response of the model in `folder` to each conversation, at temperature 1."""
    model, tokenizer = load_policy(folder), load_tokenizer(folder)
    rows = [prompt_ids(tokenizer, turns) for turns in conversations]
    settings = RolloutSettings(samples=1, temperature=1.0, top_p=1.0, max_new_tokens=LONGEST_RESPONSE)
    generator = torch.Generator().manual_seed(seed)
    return sample(model, tokenizer, rows, settings, generator).texts(tokenizer)
