"""What past rounds left in a home: the samples that they selected, and their reward models.

Reads small files; knows no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from rlhf.next_round import finished
from store.errors import HoneError
from store.home import Home
from store.records import Track
from store.watched import read


@dataclass(frozen=True, slots=True, kw_only=True)
class PastModel:
    """A reward model of a round: its id, and where it lies from the home."""

    reward_model_id: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`done.json` of a stage that trains a reward model."""

    outputs: PastModel


_DONE: Final = TypeAdapter(_Done).validate_json


def pools(home: Home) -> dict[int, Path]:
    """The files of selected samples of the finished rounds that sampled, by round, ascending."""
    files = {number: home.round(number) / "reject" / "pool.parquet" for number in finished(home)}
    return {number: file for number, file in files.items() if file.exists()}


def newest_models(home: Home) -> tuple[int, dict[Track, PastModel]]:
    """The last finished round and its reward models; HoneError where no round is finished."""
    done = finished(home)
    if not done:
        raise HoneError("Expected a finished round, whose reward models judge; run hone round first.")
    read_of = {
        track: read(home.round(done[-1]) / f"reward_{track.value}" / "done.json", _DONE) for track in Track
    }
    models = {track: stage.outputs for track, stage in read_of.items() if stage is not None}
    if len(models) < len(Track):
        raise HoneError(
            f"Expected two reward models in {home.round(done[-1])}; done.json of a stage is missing or "
            "damaged. Restore the round's folder, or run another round."
        )
    return done[-1], models
