"""What a reward model says of every label, kept as a Parquet file: one row a pair. Knows no model."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from rlhf.folders import replacing_file
from rlhf.reward_models.cross_fitting import Gap

SCHEMA = pa.schema(
    [
        ("label_id", pa.string()),
        ("chosen_id", pa.string()),
        ("rejected_id", pa.string()),
        ("gap", pa.float64()),
    ]
)


def write_gaps(file: Path, gaps: Sequence[Gap]) -> None:
    """Writes them in the order given."""
    rows = [dataclasses.asdict(gap) for gap in gaps]
    with replacing_file(file) as fresh:
        parquet.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), fresh)


def read_gaps(file: Path) -> list[Gap]:
    """As they were written."""
    return [Gap(**row) for row in parquet.read_table(file).to_pylist()]
