"""Samples as a stage drew them, kept as files: a stage that was stopped does not draw them again.

A file is there whole or not at all. It holds what followed from the stage's inputs; whoever changes those
empties the folder. Where a file's name tells what was asked and how, other questions and settings find no
file and are drawn anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import torch
from pyarrow import parquet

from rlhf.candidates import Candidates
from rlhf.folders import replacing_file
from rlhf.prompts import TrainPrompt
from store.identity import identity

SCHEMA = pa.schema(
    [("prompt_id", pa.string()), ("text", pa.string()), ("reward", pa.float32()), ("finished", pa.bool_())]
)


def named(folder: Path, *asked: object) -> Path:
    """The file in the folder for what is asked and how: the same parts name the same file."""
    return folder / f"{identity('draw', *asked)}.parquet"


def kept(file: Path, prompts: Sequence[TrainPrompt], draw: Callable[[], Candidates]) -> Candidates:
    """What the file holds of these prompts, or else what `draw` draws, which the file holds from then on."""
    if not file.exists():
        write_draw(file, draw())
    return read_draw(file, prompts)


def write_draw(file: Path, drawn: Candidates) -> None:
    """One row a sample, prompt by prompt."""
    samples = drawn.rewards.shape[1]
    table = pa.table(
        {
            "prompt_id": [prompt.prompt_id for prompt in drawn.prompts for _ in range(samples)],
            "text": list(drawn.texts),
            "reward": drawn.rewards.flatten().tolist(),
            "finished": drawn.finished.flatten().tolist(),
        },
        schema=SCHEMA,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(file) as fresh:
        parquet.write_table(table, fresh, compression="zstd")


def read_draw(file: Path, prompts: Sequence[TrainPrompt]) -> Candidates:
    """The samples of the prompts that they were drawn for, to the last bit."""
    table = parquet.read_table(file, schema=SCHEMA)
    shape = (len(prompts), -1)
    return Candidates(
        prompts=tuple(prompts),
        texts=tuple(table["text"].to_pylist()),
        rewards=torch.tensor(table["reward"].to_pylist()).reshape(shape),
        finished=torch.tensor(table["finished"].to_pylist()).reshape(shape),
    )
