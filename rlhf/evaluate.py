"""The evaluation stage: a new policy against older ones on prompts that never trained.

Every policy answers the same held-out prompts from the same random numbers; the two reward models judge
through the gate, their held-back members that nothing trains against, a gold judge and a language model
where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Generator, Tensor

from rlhf.answers import Answer, Occasion, logprobs_under, own_logprobs
from rlhf.best_of_answers import Given, best_answers
from rlhf.both_orders import OrderEffect
from rlhf.config import EvaluationSettings, RolloutSettings
from rlhf.intervals import bootstrap_mean
from rlhf.judge import GoldJudge, RewardJudge, RewardModels, gold_judge
from rlhf.language_matches import Hearing, spoken
from rlhf.length_effect import LengthEffect, length_effect
from rlhf.matches import Field, Match, fields, play, points
from rlhf.portraits import Judged, Portrait, portrait
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.errors import HoneError
from store.identity import identity
from store.intervals import Interval
from store.readings import Reading
from store.records import Judge

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
    """Matches against each opponent; a portrait of each policy, the candidate first; KL in nats an answer.

    `prompt_ids` are in the order of the matches' points. Of a language model that judged, `orders` tells what
    showing the answers the other way round did, by opponent; `left_out` says which judge failed, and why.
    `lengths` tell of each match on all prompts whether it was won by writing more.
    """

    prompt_ids: tuple[str, ...]
    matches: tuple[Match, ...]
    portraits: tuple[Portrait, ...]
    kl: Interval
    lengths: tuple[LengthEffect, ...] = ()
    orders: tuple[OrderEffect, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def prompts(self) -> int:
        """How many prompts were answered."""
        return len(self.prompt_ids)

    @property
    def readings(self) -> tuple[Reading, ...]:
        """What order and length did to a language model that judged, opponent by opponent."""
        lengths = {one.opponent: one for one in self.lengths if one.judge is Judge.LANGUAGE_MODEL}
        return tuple(reading(one, lengths[one.opponent]) for one in self.orders)

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
    occasion = occasion_of(job.prompts, job.settings, job.seed, job.answers)
    gold = gold_judge(job.settings.gold_judge)
    judge = RewardJudge.load(job.reward_models, job.safety_gate)
    contestants = (job.candidate, *job.opponents)
    judged, given = [], []
    for number, contestant in enumerate(contestants):
        job.tracker.progress(STAGE, number / len(contestants), f"the {contestant.name} policy answers")
        given.append(best_answers(contestant.path, _own(occasion, contestant), contestant.samples, judge))
        judged.append(_judged(contestant.name, given[-1].answers, occasion.prompts, judge, gold))
    on = fields([prompt.is_safety for prompt in occasion.prompts])
    said = spoken(job.settings, Hearing(judged=judged, prompts=occasion.prompts, on=on), STAGE, job.tracker)
    matches = (*_matches(judged[0], judged[1:], on), *said.matches)
    result = EvaluationResult(
        prompt_ids=tuple(prompt.prompt_id for prompt in occasion.prompts),
        matches=matches,
        portraits=tuple(portrait(one, occasion.prompts, gold) for one in judged),
        kl=divergence_from(
            contestants[-1].path,
            given[0],
            own_logprobs(job.candidate.path, given[0].answers, _own(occasion, job.candidate)),
            _own(occasion, contestants[-1]),
        ),
        lengths=tuple(_lengths(matches, judged)),
        orders=said.orders,
        left_out=said.left_out,
    )
    return result, tuple(judged)


def divergence_from(first: Path, given: Given, ours: Tensor, occasion: Occasion) -> Interval:
    """KL(candidate ‖ first), nats an answer: the mean of log π - log π_first over what the candidate said, of
    which `ours` [N] is log π.

    To it comes how far choosing among several samples goes from π.
    """
    ratios = ours - logprobs_under(first, given.answers, occasion.settings.temperature)
    return bootstrap_mean(ratios + given.chosen_kl, Generator().manual_seed(occasion.seed))


def occasion_of(
    prompts: Sequence[TrainPrompt], settings: EvaluationSettings, seed: int, folder: Path
) -> Occasion:
    """The prompts are drawn by the hash of their id: the same ones in every round."""
    if not prompts:
        raise HoneError(
            "An evaluation needs held-out prompts and there is none; import prompts and hold out some."
        )
    drawn = sorted(prompts, key=lambda prompt: identity("evaluation", prompt.prompt_id))
    return Occasion(
        prompts=tuple(drawn[: settings.prompts]),
        settings=RolloutSettings(temperature=settings.temperature, max_new_tokens=settings.max_new_tokens),
        engine=settings.engine,
        seed=seed,
        folder=folder,
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


def _matches(
    candidate: Judged, opponents: Sequence[Judged], on: Mapping[Field, Sequence[int]]
) -> list[Match]:
    return [
        match
        for other in opponents
        for judge, ours, theirs in _scored(candidate, other)
        for match in play(other.name, judge, _games(ours, theirs), on)
    ]


def _scored(candidate: Judged, other: Judged) -> Iterator[tuple[Judge, Sequence[float], Sequence[float]]]:
    """The scores of both by each judge that gives any."""
    ours, theirs = candidate.scores, other.scores
    yield Judge.REWARD_MODELS, ours.gated.tolist(), theirs.gated.tolist()
    if ours.watcher is not None and theirs.watcher is not None:
        yield Judge.UNTRAINED, ours.watcher.tolist(), theirs.watcher.tolist()
    if candidate.gold is not None and other.gold is not None:
        yield Judge.GOLD, candidate.gold, other.gold


def _lengths(matches: Sequence[Match], judged: Sequence[Judged]) -> Iterator[LengthEffect]:
    tokens = {one.name: [len(answer.ids) for answer in one.answers] for one in judged}
    for match in matches:
        if match.field == "all":
            yield length_effect(match, tokens[judged[0].name], tokens[match.opponent])


def reading(order: OrderEffect, length: LengthEffect) -> Reading:
    """Both effects on one opponent's match, as a round's row keeps them."""
    return Reading(
        opponent=order.opponent,
        asked=order.asked,
        turned=order.turned,
        shown_first=order.first,
        unread=order.unread,
        longer=length.longer_wins,
        like=length.like,
        like_won=length.win_rate,
    )


def _games(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [points(one - other) for one, other in zip(ours, theirs, strict=True)]
