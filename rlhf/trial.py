"""One reward model by itself, outside any round: to see what the labels at hand teach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from rlhf.config import Settings
from rlhf.initialise import model_path
from rlhf.reward_models.stage import RewardJob, train_reward_model
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
    """A track's reward model, where it lies, how good it is on held-out pairs, what it could not learn."""

    track: Track
    path: Path
    results: RewardResults
    remarks: tuple[str, ...]


def try_reward(
    home: Home, track: Track, settings: Settings, watch: Callable[[str, float, str], None]
) -> Trial:
    """Freezes the preferences, trains the track's model from the newest policy, and measures it."""
    torch.set_num_threads(settings.round.threads)
    with open_door(home) as door:
        request = Freeze(contents=Contents.PREFERENCES, required=settings.review.required)
        frozen = door.ask(freeze, request)
        check_signed(door, frozen, settings.review.sign_off)
        newest = door.ask(count_home, CountHome()).newest_policy_path
    if newest is None:
        raise HoneError("Expected a policy to start from; the home has none. Make one with hone init.")
    out = home.root / "trials" / f"reward_{track.value}"
    trained = train_reward_model(
        RewardJob(
            snapshot=home.root / frozen.path,
            track=track,
            initial_policy=model_path(home, newest),
            out=out / "model",
            settings=settings.reward,
            seed=settings.round.seed,
            tracker=Tracker(out, watch),
        )
    )
    return Trial(track=track, path=trained.path, results=trained.results, remarks=trained.remarks)
