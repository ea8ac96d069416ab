"""A reward model's card beside its weights: what it learned from, how, and how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rlhf.reward_models.members import Member
from rlhf.reward_models.mixing import Preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.track import write_json
from store.records import Track
from store.reward_results import RewardResults

CARD = "card.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is told of a reward model; `shifts` are of its members, in their order."""

    track: Track
    snapshot: str
    policy: str
    seed: int
    settings: RewardSettings
    preferences: Preferences
    members: Sequence[Member]
    shifts: Sequence[float]
    results: RewardResults


def write_card(card: Card, remarks: Sequence[str], folder: Path) -> None:
    """Writes it as `card.json`, with `remarks`; pairs are counted as they were labelled, of members as they
    trained.
    """
    results = card.results
    told = {
        "track": card.track,
        "snapshot": card.snapshot,
        "policy": card.policy,
        "seed": card.seed,
        "settings": asdict(card.settings),
        "training_pairs": results.training_pairs,
        "trained_on": asdict(card.preferences.trained_on),
        "measured_on": asdict(card.preferences.measured_on),
        "truncated": results.truncated,
        "remarks": remarks,
        "members": [
            {
                "number": member.number,
                "seed": member.seed,
                "pairs": len(member.rows),
                "dialogues": len(member.dialogues),
                "shift": shift,
            }
            for member, shift in zip(card.members, card.shifts, strict=True)
        ],
        "held_out": {
            "pairs": results.pairs,
            "accuracy": asdict(results.accuracy),
            "by_degree": [asdict(part) for part in results.by_degree],
            "baselines": [asdict(part) for part in results.baselines],
            "calibration_error": results.calibration_error,
            "unsafe_found": [asdict(found) for found in results.unsafe_found],
        },
    }
    write_json(folder / CARD, told)
