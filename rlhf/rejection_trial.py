"""Rejection sampling by itself: today's policy, judged by the last finished round's reward models."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlhf.attempt import TrialTracker, Watch, attempt, keep_only
from rlhf.config import Settings
from rlhf.past_rounds import PastModel, newest_models, pools
from rlhf.watched import is_watched
from store.door import open_door
from store.errors import HoneError
from store.home import Home
from store.identity import identity
from store.messages import CountHome, Freeze
from store.records import Contents, Snapshot, Split, Track
from store.verbs import count_home, freeze

if TYPE_CHECKING:
    from rlhf.rejection import RejectionJob

STAGE = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionTrial:
    """Where the new policy lies, which policy was sampled, whose reward models judged, and what came of it.

    `temperature` and `samples` were chosen; of the `kept` samples, `from_earlier` are of earlier rounds;
    `besides` further examples were learnt, as `gatt` and `distill` ask; `truncated` of all lost the beginning
    of their conversation; `mean_best` and `mean_median` are of 1 to `samples` samples of a prompt.
    """

    path: Path
    policy_id: str
    round: int
    temperature: float
    samples: int
    kept: int
    from_earlier: int
    besides: int
    truncated: int
    mean_best: tuple[float, ...]
    mean_median: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """What is sampled, of whom, and who judges."""

    home: Home
    prompts: Snapshot
    policy_id: str
    policy: str
    first: str
    round: int
    models: dict[Track, PastModel]


def try_rejection(home: Home, settings: Settings, watch: Watch) -> RejectionTrial:
    """Samples, selects and fine-tunes; what was sampled before a stop is taken up again."""
    start = _start(home)
    with attempt(home, STAGE, STAGE, watch) as tracker:
        return _reject(start, settings, tracker)


def _start(home: Home) -> _Start:
    """Refuses what cannot be done, and at once: nothing here needs torch."""
    number, models = newest_models(home)
    with open_door(home) as door:
        counts = door.ask(count_home, CountHome())
        if not (counts.newest_policy_id and counts.newest_policy_path and counts.first_policy_path):
            raise HoneError("Expected a policy to sample from; the home has none. Make one with hone init.")
        prompts = door.ask(freeze, Freeze(contents=Contents.PROMPTS))
    return _Start(
        home=home,
        prompts=prompts,
        policy_id=counts.newest_policy_id,
        policy=counts.newest_policy_path,
        first=counts.first_policy_path,
        round=number,
        models=models,
    )


def _reject(start: _Start, settings: Settings, tracker: TrialTracker) -> RejectionTrial:
    import torch  # here: a trial that is refused is refused at once

    from rlhf.rejection import reject

    torch.set_num_threads(settings.round.threads)
    keep_only(tracker.folder / "rollouts", _inputs(start, settings))
    result = reject(_job(start, settings, tracker))
    return RejectionTrial(
        path=result.path,
        policy_id=start.policy_id,
        round=start.round,
        temperature=result.choice.temperature,
        samples=result.choice.samples,
        kept=result.kept,
        from_earlier=result.from_earlier,
        besides=len(result.besides.examples),
        truncated=result.truncated,
        mean_best=result.mean_best,
        mean_median=result.mean_median,
    )


def _job(start: _Start, settings: Settings, tracker: TrialTracker) -> RejectionJob:
    from rlhf.further import FurtherJob
    from rlhf.initialise import model_path
    from rlhf.judge import RewardModels
    from rlhf.prompt_rows import read_prompts
    from rlhf.rejection import RejectionJob

    helpfulness, safety = (start.home.root / start.models[track].path for track in Track)
    every = read_prompts(start.home.root / start.prompts.path, Split.TRAIN)
    prompts = [prompt for prompt in every if not is_watched(prompt.prompt_id)]
    return RejectionJob(
        policy=model_path(start.home, start.policy),
        base=model_path(start.home, start.first),
        reward_models=RewardModels(helpfulness=helpfulness, safety=safety, judge=settings.judge),
        safety_gate=settings.ppo.safety_gate,
        prompts=prompts,
        earlier_pools=tuple(pools(start.home).values()),
        out=tracker.folder,
        settings=settings.reject,
        sft=settings.sft,
        seed=settings.round.seed,
        tracker=tracker,
        besides=FurtherJob(
            policy=model_path(start.home, start.policy),
            prompts=prompts,
            gatt=settings.gatt,
            distill=settings.distill,
            out=tracker.folder,
            seed=settings.round.seed,
            tracker=tracker,
        ),
    )


def _inputs(start: _Start, settings: Settings) -> str:
    """Names everything that the samples and their rewards depend on."""
    models = [model.reward_model_id for model in start.models.values()]
    how = [asdict(settings.reject), asdict(settings.judge), settings.ppo.safety_gate]
    seeds = [settings.round.seed, settings.round.threads]
    return identity("reject", start.policy_id, models, start.prompts.snapshot_id, how, seeds)
