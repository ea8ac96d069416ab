"""One reward model by itself, outside any round: to see what the labels at hand teach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rlhf.attempt import Watch, attempt
from rlhf.config import Settings
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.sign_off import check_signed
from rlhf.track import Tracker
from store.door import open_door
from store.errors import HoneError
from store.home import Home
from store.messages import CountHome, Freeze
from store.records import Contents, Track
from store.reward_results import RewardResults
from store.verbs import count_home, freeze


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A track's reward model, where it lies, how it was trained, how good it is on held-out pairs, and what
    it could not learn.
    """

    track: Track
    path: Path
    settings: RewardSettings
    results: RewardResults
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What a trial learns from, and the policy that its model starts as."""

    snapshot: Path
    policy: Path


def try_reward(home: Home, track: Track, settings: Settings, watch: Watch) -> Trial:
    """Freezes the preferences, trains the track's model as the settings say, and measures it."""
    start = _start(home, track, settings)
    with attempt(home, f"reward_{track.value}", f"reward_{track}", watch) as tracker:
        return _train(start, track, settings, tracker)


def _start(home: Home, track: Track, settings: Settings) -> _Start:
    """Refuses what cannot be trained, and at once: nothing here needs torch."""
    with open_door(home) as door:
        request = Freeze(contents=Contents.PREFERENCES, required=settings.review.required)
        frozen = door.ask(freeze, request)
        check_signed(door, frozen, settings.review.sign_off)
        counts = door.ask(count_home, CountHome())
    snapshot = home.root / frozen.path
    divide(read_preferences(snapshot), track, settings.reward, settings.round.seed)
    policy = counts.newest_policy_path if settings.reward.start == "policy" else counts.first_policy_path
    if policy is None:
        raise HoneError("Expected a policy to start from; the home has none. Make one with hone init.")
    from rlhf.initialise import model_path  # here, for it needs torch

    return _Start(snapshot=snapshot, policy=model_path(home, policy))


def _train(start: _Start, track: Track, settings: Settings, tracker: Tracker) -> Trial:
    import torch  # here: a trial that is refused is refused at once

    from rlhf.reward_models.stage import RewardJob, train_reward_model

    torch.set_num_threads(settings.round.threads)
    trained = train_reward_model(
        RewardJob(
            snapshot=start.snapshot,
            track=track,
            initial_policy=start.policy,
            out=tracker.folder / "model",
            settings=settings.reward,
            seed=settings.round.seed,
            tracker=tracker,
        )
    )
    return Trial(
        track=track,
        path=trained.path,
        settings=settings.reward,
        results=trained.results,
        remarks=trained.remarks,
    )
