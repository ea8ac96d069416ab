"""Lets a model of the pocket world speak: one sampled response to each conversation, in batches."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from store.records import Turn

LONGEST_RESPONSE = 64
BATCH = 128


def _render(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn]) -> str:
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    return str(tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False))


def speak(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[Sequence[Turn]],
    temperature: float = 1.0,
) -> list[str]:
    """A response to each conversation, sampled from the whole distribution by torch's global generator."""
    texts = [_render(tokenizer, turns) for turns in conversations]
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    spoken = [""] * len(texts)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        inputs = tokenizer(
            [texts[i] for i in chosen], return_tensors="pt", padding=True, padding_side="left", return_token_type_ids=False
        )
        with torch.inference_mode():
            ids = model.generate(
                **inputs, do_sample=True, temperature=temperature, top_k=0, top_p=1.0, max_new_tokens=LONGEST_RESPONSE
            )
        replies = tokenizer.batch_decode(ids[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        for i, reply in zip(chosen, replies, strict=True):
            spoken[i] = reply
    return spoken
