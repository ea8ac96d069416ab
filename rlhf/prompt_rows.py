"""Training prompts from the store's rows: from a frozen snapshot, or from prompts that are about to go in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pyarrow import parquet

from rlhf.prompts import TrainPrompt
from store.records import Prompt, Split, Track, Turn


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
    """The prompts of a split in a prompts snapshot, in its order, which is by id."""
    rows = parquet.read_table(snapshot, filters=[("split", "=", split.value)]).to_pylist()
    return [
        TrainPrompt(
            prompt_id=row["prompt_id"],
            turns=tuple(Turn(role=turn["role"], content=turn["content"]) for turn in row["prompt"]),
            is_safety=row["track"] == Track.SAFETY.value,
        )
        for row in rows
    ]
