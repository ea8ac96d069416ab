"""Snapshot files as the store freezes them, for tests of what reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from store.identity import identity

TURNS = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
PREFERENCES = pa.schema(
    [
        ("comparison_id", pa.string()),
        ("batch_id", pa.string()),
        ("round", pa.int32()),
        ("track", pa.string()),
        ("split", pa.string()),
        ("category", pa.string()),
        ("prompt_id", pa.string()),
        ("prompt", TURNS),
        ("chosen", TURNS),
        ("rejected", TURNS),
        ("chosen_id", pa.string()),
        ("rejected_id", pa.string()),
        ("chosen_first", pa.bool_()),
        ("chosen_policy_id", pa.string()),
        ("rejected_policy_id", pa.string()),
        ("degree", pa.int8()),
        ("chosen_safe", pa.bool_()),
        ("rejected_safe", pa.bool_()),
        ("annotator_id", pa.string()),
        ("label_id", pa.string()),
    ]
)


def preference(prompt: str, chosen: str, rejected: str, **more: Any) -> dict[str, Any]:
    """A row; what is not given is of the helpfulness track, for training, and a label of its own."""
    comparison = more.get("comparison_id", identity(prompt, *sorted((chosen, rejected))))
    return {
        "comparison_id": comparison,
        "batch_id": "batch-000",
        "round": 0,
        "track": "helpfulness",
        "split": "train",
        "category": None,
        "prompt_id": identity("prompt", [["user", prompt]]),
        "prompt": [{"role": "user", "content": prompt}],
        "chosen": [{"role": "assistant", "content": chosen}],
        "rejected": [{"role": "assistant", "content": rejected}],
        "chosen_id": identity(prompt, chosen),
        "rejected_id": identity(prompt, rejected),
        "chosen_first": None,
        "chosen_policy_id": "policy",
        "rejected_policy_id": "policy",
        "degree": 2,
        "chosen_safe": None,
        "rejected_safe": None,
        "annotator_id": "ann",
        "label_id": f"label-{comparison}",
    } | more


def write_snapshot(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as a snapshot file."""
    pq.write_table(pa.Table.from_pylist(list(rows), schema=PREFERENCES), path)
    return path
