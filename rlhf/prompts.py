"""A prompt as training sees it: the conversation so far and whether it may draw out something unsafe.

Knows neither where prompts come from nor how they become tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.records import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPrompt:
    """`is_safety` is the data's own tag, by which the reward is the safety model's (Llama 2, §3.2.3)."""

    prompt_id: str
    turns: tuple[Turn, ...]
    is_safety: bool
