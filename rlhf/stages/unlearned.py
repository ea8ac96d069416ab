"""What reward models say of labels that they never learned from, by which a reviewer finds the wrong ones.

This round's models speak of what was held out, and of all where an ensemble parts the prompts among its
members; the last round's of every label that came after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from rlhf.publish import label_scores
from rlhf.reward_models.gaps import read_gaps
from rlhf.reward_models.later import later_gaps
from rlhf.reward_models.preferences import read_preferences
from rlhf.stages.freezing import Frozen, frozen_in
from rlhf.stages.learning import Rewarded, rewarded_in, trained
from rlhf.turning import Turning
from store.home import Home
from store.records import LabelScore, Track
from store.watched import read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """`done.json` of a stage that froze labels."""

    outputs: Frozen


_DONE: Final = TypeAdapter(_Done).validate_json


def unlearned(turning: Turning) -> Iterator[LabelScore]:
    """Of both tracks."""
    learned = _learned(turning.home, turning.number - 1)
    for track in Track:
        own, before = rewarded_in(turning, track), trained(turning.home, turning.number - 1, track)
        yield from label_scores(own.reward_model_id, read_gaps(turning.home.root / own.gaps))
        # Weights of rounds that are over may have been deleted: then nobody speaks of what came since.
        if before and learned is not None and (turning.home.root / before.path).exists():
            yield from _since(turning, track, before, learned)


def _since(turning: Turning, track: Track, before: Rewarded, learned: frozenset[str]) -> Iterator[LabelScore]:
    turning.tracker.progress("publish", 0.0, f"the last {track} reward model reads the labels since")
    rows = [
        row
        for row in read_preferences(turning.home.root / frozen_in(turning).preferences)
        if row.track is track and row.label_id not in learned
    ]
    said = later_gaps(turning.home.root / before.path, rows, turning.settings.reward)
    yield from label_scores(before.reward_model_id, said)


def _learned(home: Home, number: int) -> frozenset[str] | None:
    """The labels that the round's reward models were trained or measured on; None where there is no such
    round."""
    done = read(home.round(number) / "snapshot" / "done.json", _DONE)
    if done is None:
        return None
    return frozenset(row.label_id for row in read_preferences(home.root / done.outputs.preferences))
