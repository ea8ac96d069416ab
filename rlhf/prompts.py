"""A prompt as training sees it: the conversation so far and whether it may draw out something unsafe.

Knows neither where prompts come from nor how they become tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rlhf.seeds import endless
from store.records import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPrompt:
    """`is_safety` is the data's own tag, by which the reward is the safety model's (Llama 2, §3.2.3)."""

    prompt_id: str
    turns: tuple[Turn, ...]
    is_safety: bool


def drawn(prompts: Sequence[TrainPrompt], size: int, seed: int, iteration: int) -> list[TrainPrompt]:
    """The iteration's share of an endless stream that goes through all prompts, shuffled anew each time."""
    places = range(iteration * size, (iteration + 1) * size)
    return [prompts[at] for at in endless(len(prompts), places, "prompts", seed)]
