"""Preferences as they were frozen: one pair of one label a row.

Reads the snapshot's Parquet file; knows no tokenizer and no model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyarrow import parquet

from store.errors import HoneError
from store.records import Degree, Split, Track, Turn

COLUMNS: Final = (
    "comparison_id",
    "batch_id",
    "round",
    "track",
    "split",
    "prompt_id",
    "prompt",
    "chosen",
    "rejected",
    "chosen_id",
    "rejected_id",
    "chosen_policy_id",
    "rejected_policy_id",
    "degree",
    "chosen_safe",
    "rejected_safe",
    "annotator_id",
    "label_id",
)
CHOSEN_FIRST: Final = "chosen_first"
"""Not in snapshots that were frozen, and perhaps signed, before it was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One pair of one label: this response was chosen over that one, by this degree.

    `round` is the one whose policies wrote the responses; `chosen_first` says whether the chosen one was
    shown before the other, None where nobody knows; `weight` tells how far the label is believed.
    """

    comparison_id: str
    label_id: str
    annotator_id: str
    batch_id: str
    round: int
    track: Track
    split: Split
    prompt_id: str
    turns: tuple[Turn, ...]
    chosen: str
    rejected: str
    chosen_id: str
    rejected_id: str
    chosen_first: bool | None
    chosen_policy_id: str
    rejected_policy_id: str
    degree: Degree
    chosen_safe: bool | None
    rejected_safe: bool | None
    weight: float = 1.0


def read_preferences(path: Path) -> list[Preference]:
    """The rows of a preferences snapshot, in its order; a missing column is named."""
    present = set(parquet.read_schema(path).names)
    if missing := [name for name in COLUMNS if name not in present]:
        raise HoneError(
            f"A preferences snapshot has the column {missing[0]}; {path.name} has not. "
            "Freeze the preferences again."
        )
    columns = [*COLUMNS, *present.intersection({CHOSEN_FIRST})]
    return [_preference(row) for row in parquet.read_table(path, columns=columns).to_pylist()]


def _preference(row: Mapping[str, Any]) -> Preference:
    return Preference(
        comparison_id=row["comparison_id"],
        label_id=row["label_id"],
        annotator_id=row["annotator_id"],
        batch_id=row["batch_id"],
        round=row["round"],
        track=Track(row["track"]),
        split=Split(row["split"]),
        prompt_id=row["prompt_id"],
        turns=tuple(Turn(role=turn["role"], content=turn["content"]) for turn in row["prompt"]),
        chosen=row["chosen"][0]["content"],
        rejected=row["rejected"][0]["content"],
        chosen_id=row["chosen_id"],
        rejected_id=row["rejected_id"],
        chosen_first=row.get(CHOSEN_FIRST),
        chosen_policy_id=row["chosen_policy_id"],
        rejected_policy_id=row["rejected_policy_id"],
        degree=Degree(row["degree"]),
        chosen_safe=row["chosen_safe"],
        rejected_safe=row["rejected_safe"],
    )
