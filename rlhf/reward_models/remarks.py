"""What whoever trains a reward model should know of its labels, in sentences. Knows no model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from store.records import Track


def remarks(rows: Sequence[Preference], track: Track, settings: RewardSettings) -> tuple[str, ...]:
    """One sentence for each thing that leaves the model less to learn than its settings promise."""
    return (*_of_safety(rows, track, settings), *_of_steps(rows, settings))


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
