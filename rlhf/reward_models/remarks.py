"""What whoever trains a reward model should know of its labels, in sentences. Knows no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from rlhf.reward_models.mixing import is_open
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from store.records import Track

FEW_SHARED: Final = 0.1
"""Share of the labels; where fewer share their pair with another, weighting can hardly change anything."""


def remarks(rows: Sequence[Preference], track: Track, settings: RewardSettings) -> tuple[str, ...]:
    """One sentence for each thing that leaves the model less to learn than its settings promise."""
    return (
        *_of_sources(rows, track),
        *_of_safety(rows, track, settings),
        *_of_weighting(rows, settings),
        *_of_steps(rows, settings),
    )


def _of_sources(rows: Sequence[Preference], track: Track) -> Iterator[str]:
    kinds = [
        f"{'imported' if is_open(row) else 'own'} on {'its' if row.track is track else 'the other'} track"
        for row in rows
    ]
    if len(counts := Counter(kinds)) > 1:
        parts = ", ".join(f"{count:,} are {kind}" for kind, count in counts.most_common())
        yield f"Of the {len(rows):,} training pairs {parts}."


def _of_weighting(rows: Sequence[Preference], settings: RewardSettings) -> Iterator[str]:
    if settings.weighting == "none":
        return
    judges: dict[tuple[str, frozenset[str]], set[str]] = {}
    for row in rows:
        judges.setdefault(_pair(row), set()).add(row.annotator_id)
    labels = {row.label_id for row in rows}
    shared = {row.label_id for row in rows if len(judges[_pair(row)]) > 1}
    if len(shared) < FEW_SHARED * len(labels):
        yield (
            f"Only {len(shared):,} of {len(labels):,} labels share a pair of answers with somebody else's, "
            f"so reward.weighting {settings.weighting} has next to nothing to weigh by; let several people "
            "judge the same pairs."
        )


def _pair(row: Preference) -> tuple[str, frozenset[str]]:
    return row.comparison_id, frozenset((row.chosen_id, row.rejected_id))


def _of_safety(rows: Sequence[Preference], track: Track, settings: RewardSettings) -> Iterator[str]:
    if track is not Track.SAFETY or not settings.safety_weight:
        return
    known = [safe for row in rows for safe in (row.chosen_safe, row.rejected_safe) if safe is not None]
    if not known:
        yield (
            "No response of the training pairs is labelled safe or unsafe, so the auxiliary safety loss "
            "teaches nothing; label the safety of responses."
        )
    elif len(set(known)) == 1:
        seen, missing = ("safe", "unsafe") if known[0] else ("unsafe", "safe")
        yield (
            f"All {len(known)} responses whose safety is known are {seen}, so the auxiliary safety loss "
            f"teaches a constant and no border; label some that are {missing}."
        )


def _of_steps(rows: Sequence[Preference], settings: RewardSettings) -> Iterator[str]:
    if len(rows) <= settings.batch_pairs:
        yield (
            f"All {len(rows)} training pairs fit into one step of {settings.batch_pairs} pairs, so there are "
            f"as few steps as epochs, {settings.epochs}; lower reward.batch_pairs or raise reward.epochs."
        )
