"""How good the policy is on prompts it never trains on: PPO's own objective, with the units held fixed.

The objective is that of training (whitened gated score, less the fine for no end, less β·KL), but whitened
by the first look's mean and deviation, so that looks can be compared. Other judges are asked beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from rlhf.conduct import Batch, Watching, numbers, scores
from rlhf.experience import Models, answer
from rlhf.masked import TINY
from rlhf.parting import PROXY, Scores
from rlhf.policy_settings import PPOSettings
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What every look of a run has in common: the prompts, the random numbers, and who watches."""

    prompts: Sequence[TrainPrompt]
    settings: PPOSettings
    seed: int
    watching: Watching


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Mean and deviation of the gated scores at the first look."""

    mean: float
    deviation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The objective, `conduct.numbers` of the answers, and what each judge said of each."""

    objective: float
    numbers: dict[str, float]
    scores: Scores
    units: Units


def look(models: Models, occasion: Occasion, units: Units | None) -> Look:
    """Answers every prompt once, always with the same random numbers; no `units` makes them here."""
    settings, watching = occasion.settings, occasion.watching
    judged = answer(models, occasion.prompts, settings, seeded("held out", occasion.seed))
    batch = Batch(judged=judged, texts=judged.rollout.texts(models.tokenizer), prompts=occasion.prompts)
    said = scores(batch, watching.gold)
    found = numbers(batch, said, watching.refusals)
    units = units or _units(said[PROXY])
    whitened = (found[PROXY] - units.mean) / units.deviation
    fine = settings.missing_end_penalty * found["unfinished"]
    objective = whitened - fine - settings.kl_coef * found["kl"]
    return Look(objective=objective, numbers=found, scores=said, units=units)


def _units(rewards: Sequence[float]) -> Units:
    return Units(mean=fmean(rewards), deviation=(pstdev(rewards) ** 2 + TINY) ** 0.5)
