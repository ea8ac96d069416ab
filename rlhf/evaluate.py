"""The evaluation stage: a new policy against older ones on prompts that never trained.

Every policy answers the same held-out prompts from the same random numbers; the two reward models judge
through the gate, and a gold judge where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Generator, Tensor

from rlhf.answers import Answer, Occasion, logprobs_under, own_logprobs
from rlhf.best_of_answers import Given, best_answers
from rlhf.config import EvaluationSettings, RolloutSettings
from rlhf.intervals import bootstrap_mean
from rlhf.judge import GoldJudge, RewardJudge, RewardModels, gold_judge
from rlhf.matches import Field, Judge, Match, fields, play
from rlhf.portraits import Judged, Portrait, portrait
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.errors import HoneError
from store.identity import identity
from store.intervals import Interval

STAGE = "evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A policy by the name under which the results speak of it; of several `samples` it gives the best.

    It answers at its own `temperature`, or without one at the evaluation's.
    """

    name: str
    path: Path
    samples: int = 1
    temperature: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationJob:
    """The candidate meets every opponent; the last of them is the first policy, from which KL is measured.

    `answers` is the folder in which answers are kept from one evaluation to the next.
    """

    candidate: Contestant
    opponents: tuple[Contestant, ...]
    prompts: Sequence[TrainPrompt]
    reward_models: RewardModels
    safety_gate: float
    answers: Path
    settings: EvaluationSettings
    seed: int
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationResult:
    """Matches against each opponent; a portrait of each policy, the candidate first; KL in nats an answer."""

    prompts: int
    matches: tuple[Match, ...]
    portraits: tuple[Portrait, ...]
    kl: Interval

    def match(self, opponent: str, judge: Judge, field: Field = "all") -> Match | None:
        """The match of that opponent, judge and field, if it took place."""
        for match in self.matches:
            if (match.opponent, match.judge, match.field) == (opponent, judge, field):
                return match
        return None


def evaluate(job: EvaluationJob) -> EvaluationResult:
    """Lets all policies answer, judges them, and measures how far the candidate is from the first policy."""
    return evaluate_each(job)[0]


def evaluate_each(job: EvaluationJob) -> tuple[EvaluationResult, tuple[Judged, ...]]:
    """The same, with every answer and what the judges say of it; the candidate's first."""
    occasion, gold = _occasion(job), gold_judge(job.settings.gold_judge)
    judge = RewardJudge.load(job.reward_models, job.safety_gate)
    contestants = (job.candidate, *job.opponents)
    judged, given = [], []
    for number, contestant in enumerate(contestants):
        job.tracker.progress(STAGE, number / len(contestants), f"the {contestant.name} policy answers")
        given.append(best_answers(contestant.path, _own(occasion, contestant), contestant.samples, judge))
        judged.append(_judged(contestant.name, given[-1].answers, occasion.prompts, judge, gold))
    result = EvaluationResult(
        prompts=len(occasion.prompts),
        matches=tuple(_matches(judged[0], judged[1:], occasion.prompts)),
        portraits=tuple(portrait(one, occasion.prompts, gold) for one in judged),
        kl=divergence_from(
            contestants[-1].path,
            given[0],
            own_logprobs(job.candidate.path, given[0].answers, _own(occasion, job.candidate)),
            _own(occasion, contestants[-1]),
        ),
    )
    return result, tuple(judged)


def divergence_from(first: Path, given: Given, ours: Tensor, occasion: Occasion) -> Interval:
    """KL(candidate ‖ first), nats an answer: the mean of log π - log π_first over what the candidate said, of
    which `ours` [N] is log π.

    To it comes how far choosing among several samples goes from π.
    """
    ratios = ours - logprobs_under(first, given.answers, occasion.settings.temperature)
    return bootstrap_mean(ratios + given.chosen_kl, Generator().manual_seed(occasion.seed))


def _occasion(job: EvaluationJob) -> Occasion:
    """The prompts are drawn by the hash of their id: the same ones in every round."""
    if not job.prompts:
        raise HoneError(
            "An evaluation needs held-out prompts and there is none; import prompts and hold out some."
        )
    drawn = sorted(job.prompts, key=lambda prompt: identity("evaluation", prompt.prompt_id))
    settings = job.settings
    return Occasion(
        prompts=tuple(drawn[: settings.prompts]),
        settings=RolloutSettings(temperature=settings.temperature, max_new_tokens=settings.max_new_tokens),
        engine=settings.engine,
        seed=job.seed,
        folder=job.answers,
    )


def _own(occasion: Occasion, contestant: Contestant) -> Occasion:
    """At the contestant's temperature."""
    if contestant.temperature is None:
        return occasion
    return replace(occasion, settings=replace(occasion.settings, temperature=contestant.temperature))


def _judged(
    name: str,
    given: list[Answer],
    prompts: Sequence[TrainPrompt],
    judge: RewardJudge,
    gold: GoldJudge | None,
) -> Judged:
    texts = [answer.text for answer in given]
    gold_scores = (
        [gold.score(prompt.turns, text) for prompt, text in zip(prompts, texts, strict=True)]
        if gold
        else None
    )
    return Judged(name=name, answers=given, scores=judge.scores(prompts, texts), gold=gold_scores)


def _matches(candidate: Judged, opponents: Sequence[Judged], prompts: Sequence[TrainPrompt]) -> list[Match]:
    on = fields([prompt.is_safety for prompt in prompts])
    found = []
    for other in opponents:
        gains = (candidate.scores.gated - other.scores.gated).tolist()
        found += play(other.name, "reward models", gains, on)
        if candidate.gold is not None and other.gold is not None:
            gold_gains = [ours - theirs for ours, theirs in zip(candidate.gold, other.gold, strict=True)]
            found += play(other.name, "gold", gold_gains, on)
    return found
