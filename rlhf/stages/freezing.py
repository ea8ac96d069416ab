"""The first stage: the round's data is frozen, and it is settled which policy the round improves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rlhf.prompt_rows import read_prompts
from rlhf.prompts import TrainPrompt
from rlhf.ready import check_labels
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import read_preferences
from rlhf.sign_off import UnsignedError, check_round_signed, check_signed
from rlhf.track import write_json
from rlhf.turning import RoundError, Turning
from rlhf.watched import is_watched
from store.messages import CountHome, Freeze
from store.records import Contents, Snapshot, Split, Track
from store.verbs import count_home, freeze, look_at_snapshot
from store.verbs.signing import LookAtSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The round's data, and the policies that it starts from and is measured against."""

    preferences_id: str
    preferences: str
    prompts_id: str
    prompts: str
    labels: int
    policy_id: str
    policy: str
    first_id: str
    first: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """Labels that wait for a signature, and how many the home held when they were frozen."""

    preferences: Snapshot
    labels: int


def snapshot(turning: Turning) -> Frozen:
    """Freezes labels and prompts, and settles which policy the round improves.

    Where a reviewer's signature is missing the round stops here, and takes the same labels up again once it
    is signed; it freezes anew when some of those were retracted or overruled meanwhile.
    """
    check_round_signed(turning.door, turning.settings)
    waiting = _waiting(turning)
    preferences = waiting.preferences if waiting else _preferences(turning)
    prompts = turning.door.ask(freeze, Freeze(contents=Contents.PROMPTS))
    counts = turning.door.ask(count_home, CountHome())
    labels = waiting.labels if waiting else counts.labels
    if not (counts.newest_policy_id and counts.newest_policy_path and counts.first_policy_path):
        raise RoundError("Expected a policy to improve; the home has none. Make one with hone init.")
    check_adapters(turning, is_first=counts.newest_policy_path == counts.first_policy_path)
    check_labels(turning.settings, counts.new_labels)
    _check_tracks(turning, turning.home.root / preferences.path)
    _check_signed(turning, preferences, labels)
    return Frozen(
        preferences_id=preferences.snapshot_id,
        preferences=preferences.path,
        prompts_id=prompts.snapshot_id,
        prompts=prompts.path,
        labels=labels,
        policy_id=counts.newest_policy_id,
        policy=counts.newest_policy_path,
        first_id=counts.first_policy_id or counts.newest_policy_id,
        first=counts.first_policy_path,
    )


def frozen_in(turning: Turning) -> Frozen:
    """What this round froze."""
    return turning.results["snapshot"]


def _preferences(turning: Turning) -> Snapshot:
    request = Freeze(contents=Contents.PREFERENCES, required=turning.settings.review.required)
    return turning.door.ask(freeze, request)


def _waiting(turning: Turning) -> _Waiting | None:
    """What this round froze before it stopped for a signature, as long as all of it stands."""
    if not _awaited(turning).exists():
        return None
    awaited = json.loads(_awaited(turning).read_text(encoding="utf-8"))
    seen = turning.door.ask(look_at_snapshot, LookAtSnapshot(snapshot=awaited["snapshot_id"]))
    return None if seen.withdrawn else _Waiting(preferences=seen.snapshot, labels=awaited["labels"])


def _check_signed(turning: Turning, preferences: Snapshot, labels: int) -> None:
    try:
        check_signed(turning.door, preferences, turning.settings.review.sign_off)
    except UnsignedError:
        write_json(_awaited(turning), {"snapshot_id": preferences.snapshot_id, "labels": labels})
        raise


def check_still_signed(turning: Turning) -> None:
    """Asks once more before anything learns: a round may go on where more is asked for than when it froze."""
    wanted = LookAtSnapshot(snapshot=frozen_in(turning).preferences_id)
    seen = turning.door.ask(look_at_snapshot, wanted)
    check_signed(turning.door, seen.snapshot, turning.settings.review.sign_off)


def _awaited(turning: Turning) -> Path:
    return turning.stage("snapshot") / "awaited.json"


def check_adapters(turning: Turning, *, is_first: bool) -> None:
    """With PPO on one base, every stage before it must leave adapters of that base.

    The stages ask again: a round may be resumed with other settings than it was begun with.
    """
    settings = turning.settings
    if not settings.ppo.lora_rank or "ppo" not in settings.round.method:
        return
    samples = "rs" in settings.round.method
    if not settings.reward.lora_rank or (samples and not settings.sft.lora_rank):
        raise RoundError(
            "Expected adapters of one base in every stage, since ppo.lora_rank is set; set reward.lora_rank, "
            "and sft.lora_rank where rejection sampling comes first, above 0, or ppo.lora_rank to 0."
        )
    starts = {"reward.start": settings.reward.start} | (
        {"reject.start": settings.reject.start} if samples else {}
    )
    for name, start in starts.items():
        if start == "base" and not is_first:
            raise RoundError(
                "Expected the reward models and rejection sampling to start from the newest policy, whose "
                f"adapters they are, since ppo.lora_rank is set; set {name} to policy, or ppo.lora_rank to 0."
            )


def _check_tracks(turning: Turning, preferences: Path) -> None:
    """Both reward models must find something to learn, before either is trained."""
    rows, settings = read_preferences(preferences), turning.settings
    for track in Track:
        divide(rows, track, settings.reward, settings.round.seed)


def training_prompts(turning: Turning) -> list[TrainPrompt]:
    """The prompts to which a policy may sample what it learns from."""
    return [prompt for prompt in _prompts(turning, Split.TRAIN) if not is_watched(prompt.prompt_id)]


def watched_prompts(turning: Turning) -> list[TrainPrompt]:
    """The prompts that tell when to stop."""
    return [prompt for prompt in _prompts(turning, Split.TRAIN) if is_watched(prompt.prompt_id)]


def held_out_prompts(turning: Turning) -> list[TrainPrompt]:
    """The prompts that measure."""
    return _prompts(turning, Split.HELDOUT)


def relative(turning: Turning, path: Path) -> str:
    """A path as results keep it: from the home, so that a home may be moved."""
    return str(path.relative_to(turning.home.root))


def seed(turning: Turning) -> int:
    """A seed of the round's own, so that no two rounds draw the same."""
    return turning.settings.round.seed * 1000 + turning.number


def _prompts(turning: Turning, split: Split) -> list[TrainPrompt]:
    frozen = frozen_in(turning)
    return read_prompts(turning.home.root / frozen.prompts, split)
