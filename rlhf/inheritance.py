"""What a policy's rounds selected, learnt by another policy, mostly a smaller one.

Llama 2 sampled from its largest model alone and fine-tuned the smaller ones on what that had selected
(§3.2.3). The heir reads and writes with a tokenizer and a chat template of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rlhf.attempt import TrialTracker, Watch, attempt
from rlhf.config import Settings
from rlhf.first_policy import found
from rlhf.past_rounds import PastModel, newest_models, pools
from store.errors import HoneError
from store.home import Home
from store.identity import identity
from store.records import Track

if TYPE_CHECKING:
    from rlhf.pool import Sampled

STAGE = "sft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inheritance:
    """Where the heir lies, which policy it was, and what it learnt: `samples` that the `rounds` selected.

    Of samples of several rounds on one prompt, the best by the reward models of round `judged_by`; None where
    there was nothing to choose. `truncated` samples lost the beginning of their conversation.
    """

    path: Path
    policy: str
    rounds: tuple[int, ...]
    judged_by: int | None
    samples: int
    truncated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estate:
    """The home, its files of selected samples by round, and the round whose reward models choose among them,
    where there is more than one file.
    """

    home: Home
    pools: Mapping[int, Path]
    judged_by: int | None
    models: Mapping[Track, PastModel]


def hand_down(home: Home, into: str, number: int | None, settings: Settings, watch: Watch) -> Inheritance:
    """Fine-tunes the policy `into`, a folder or a name on the hub, on what round `number` or all selected."""
    heir = found(into)
    selected = _pools(home, number)
    judged_by, models = newest_models(home) if len(selected) > 1 else (None, {})
    estate = _Estate(home=home, pools=selected, judged_by=judged_by, models=models)
    # Every policy that Hone makes lies in a folder of the same name.
    name = f"into_{Path(heir).name}_{identity('heir', heir)[:8]}"
    with attempt(home, name, STAGE, watch, again="begins anew") as tracker:
        return _learn(heir, estate, settings, tracker)


def _pools(home: Home, number: int | None) -> dict[int, Path]:
    there = pools(home)
    if not there:
        raise HoneError(
            "Expected samples that a finished round selected; there are none. Run hone round with the method "
            "rs or rs+ppo first."
        )
    if number is None:
        return there
    if number not in there:
        known = ", ".join(map(str, there))
        raise HoneError(f"Expected a finished round that selected samples; got {number}, there are: {known}.")
    return {number: there[number]}


def _learn(heir: str, estate: _Estate, settings: Settings, tracker: TrialTracker) -> Inheritance:
    import torch  # here: what is refused is refused at once

    from rlhf.sft import Example, SFTJob, fine_tune

    torch.set_num_threads(settings.round.threads)
    tracker.rewind(STAGE, -1)
    job = SFTJob(
        examples=[Example(turns=one.prompt.turns, text=one.text) for one in _selected(estate, settings)],
        policy=Path(heir),
        out=tracker.folder / "policy",
        settings=settings.sft,
        seed=settings.round.seed,
        tracker=tracker,
        stage=STAGE,
    )
    result = fine_tune(job)
    return Inheritance(
        path=result.path,
        policy=heir,
        rounds=tuple(estate.pools),
        judged_by=estate.judged_by,
        samples=result.examples,
        truncated=result.truncated,
    )


def _selected(estate: _Estate, settings: Settings) -> list[Sampled]:
    """The best sample of each prompt; of equals that of the newer round."""
    from rlhf.judge import RewardJudge, RewardModels
    from rlhf.pool import best_of_each, read_pool
    from rlhf.rejection import rejudged

    held = [one for _round, file in sorted(estate.pools.items(), reverse=True) for one in read_pool(file)]
    if estate.models:
        helpfulness, safety = (estate.home.root / estate.models[track].path for track in Track)
        models = RewardModels(helpfulness=helpfulness, safety=safety, judge=settings.judge)
        held = rejudged(held, RewardJudge.load(models, settings.ppo.safety_gate))
    return best_of_each(held)
