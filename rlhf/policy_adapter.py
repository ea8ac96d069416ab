"""A policy that was fine-tuned as an adapter: plain weights for everybody, and the adapter beside them.

The adapter's file notes the digest of the base that it was trained on, so that it is put on no other.
"""

from __future__ import annotations

from pathlib import Path

from transformers import PreTrainedTokenizerBase

from rlhf.folders import replacing
from rlhf.lora import Lora, Saved, saved

FOLDER = "adapter"
"""Within the policy's folder, where nobody who reads a plain model looks."""

BASE = "base"
"""The note's name."""


def save_merged(lora: Lora, name: str, tokenizer: PreTrainedTokenizerBase, base: str, folder: Path) -> None:
    """Writes the adapter, then the model with it in its weights; the adapters are used up."""
    with replacing(folder) as fresh:
        lora.write(name, fresh / FOLDER, (BASE, base))
        model = lora.merge((name,))
        model.save_pretrained(str(fresh))
        tokenizer.save_pretrained(str(fresh))


def adapter_of(policy: Path) -> tuple[Saved, str] | None:
    """The adapter beside the policy's weights and the digest of its base; none where there is none."""
    if not (policy / FOLDER).is_dir():
        return None
    adapter = saved(policy / FOLDER)
    return adapter, adapter.header[BASE]
