"""A prompt as training sees it: the conversation so far and whether it may draw out something unsafe.

Reads them from a frozen prompts snapshot; knows neither how that was made nor how they become tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyarrow import parquet

from store.records import Prompt, Split, Track, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainPrompt:
    """`is_safety` is the data's own tag, by which the reward is the safety model's (Llama 2, §3.2.3)."""

    prompt_id: str
    turns: tuple[Turn, ...]
    is_safety: bool


def train_prompts(prompts: Sequence[Prompt], split: Split) -> list[TrainPrompt]:
    """The prompts of a split, by id."""
    return [
        TrainPrompt(
            prompt_id=prompt.prompt_id, turns=tuple(prompt.turns), is_safety=prompt.track is Track.SAFETY
        )
        for prompt in sorted(prompts, key=lambda prompt: prompt.prompt_id)
        if prompt.split is split
    ]


def read_prompts(snapshot: Path, split: Split) -> list[TrainPrompt]:
    """The prompts of a split in a prompts snapshot, in its order."""
    rows = parquet.read_table(snapshot, filters=[("split", "=", split.value)]).to_pylist()
    return [
        TrainPrompt(
            prompt_id=row["prompt_id"],
            turns=tuple(Turn(role=turn["role"], content=turn["content"]) for turn in row["prompt"]),
            is_safety=row["track"] == Track.SAFETY.value,
        )
        for row in rows
    ]
