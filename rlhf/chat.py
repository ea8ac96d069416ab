"""Conversations to token ids, by the tokenizer's own chat template.

`prompt_ids(…) + response_ids(…)` is exactly what a policy reads and emits. Knows no model and no padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from store.errors import HoneError
from store.records import Turn


def prompt_ids(tokenizer: PreTrainedTokenizerBase, turns: Sequence[Turn]) -> list[int]:
    """The conversation up to where the assistant is to speak.

    A person who types the end token, or any other mark of the template, only typed its letters.
    """
    messages = [{"role": turn.role, "content": turn.content} for turn in turns]
    try:
        encoded: Any = tokenizer.apply_chat_template(
            messages, add_generation_prompt=True, sanitize_control_tokens=True, return_dict=True
        )
    except TemplateError as error:  # such as a template that has no place for a system's turn
        raise HoneError(
            f"The chat template of {tokenizer.name_or_path} refuses a conversation of the roles "
            f"{', '.join(turn.role for turn in turns)}: {error}. Give its folder a template that takes them."
        ) from error
    return list(encoded["input_ids"])


def response_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """The assistant's words and the end token; marks within the words are only letters."""
    words = tokenizer(text, add_special_tokens=False, split_special_tokens=True)
    return [*words["input_ids"], tokenizer.eos_token_id]


def response_text(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """The words of a response, without the end token or any other mark."""
    return str(tokenizer.decode(list(ids), skip_special_tokens=True)).strip()
