"""The best samples of every round, kept as files, so that a later round may learn from them again.

Llama 2 found that a policy that learns from its newest samples alone forgets (§3.2.3). Knows nothing of
models: whoever reads the pool scores it with today's reward models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from rlhf.folders import replacing_file
from rlhf.prompts import TrainPrompt
from store.records import Turn

SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("prompt", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("is_safety", pa.bool_()),
        ("text", pa.string()),
        ("reward", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """A response to a prompt and its gated raw reward."""

    prompt: TrainPrompt
    text: str
    reward: float


def write_pool(path: Path, samples: Sequence[Sampled]) -> None:
    """Keeps samples with their prompts; `reward` is for the record, later reward models judge anew."""
    rows = [
        {
            "prompt_id": sample.prompt.prompt_id,
            "prompt": [{"role": turn.role, "content": turn.content} for turn in sample.prompt.turns],
            "is_safety": sample.prompt.is_safety,
            "text": sample.text,
            "reward": sample.reward,
        }
        for sample in samples
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as fresh:
        parquet.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), fresh)


def read_pool(path: Path) -> list[Sampled]:
    """The samples of one file, with the rewards of the round that kept them."""
    return [
        Sampled(
            prompt=TrainPrompt(
                prompt_id=row["prompt_id"],
                turns=tuple(Turn(role=turn["role"], content=turn["content"]) for turn in row["prompt"]),
                is_safety=row["is_safety"],
            ),
            text=row["text"],
            reward=row["reward"],
        )
        for row in parquet.read_table(path).to_pylist()
    ]


def best_of_each(samples: Iterable[Sampled]) -> list[Sampled]:
    """The sample with the highest reward of every prompt, in the order in which prompts first come.

    Of equals the first is kept, so samples of today belong before those of earlier rounds.
    """
    kept: dict[str, Sampled] = {}
    for sample in samples:
        held = kept.get(sample.prompt.prompt_id)
        if held is None or sample.reward > held.reward:
            kept[sample.prompt.prompt_id] = sample
    return list(kept.values())
