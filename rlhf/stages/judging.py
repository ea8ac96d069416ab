"""The stages that measure the new policy and decide whether it may answer people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from rlhf.answers import Occasion
from rlhf.evaluate import Contestant, EvaluationJob, EvaluationResult, evaluate, occasion_of
from rlhf.initialise import model_path
from rlhf.matches import Field
from rlhf.portraits import GoldFigures
from rlhf.promote import Axis, Fault, Look, Promotion, decide, fault
from rlhf.stages.freezing import frozen_in, held_out_prompts
from rlhf.stages.learning import improved_in, reward_models
from rlhf.turning import Turning
from store.records import Judge

TRACKS: Final[tuple[Field, ...]] = ("helpfulness", "safety")


def evaluation(turning: Turning) -> EvaluationResult:
    """The new policy against the one before and the first, on prompts that never trained."""
    frozen, new = frozen_in(turning), improved_in(turning)
    opponents = [Contestant(name="first", path=model_path(turning.home, frozen.first))]
    if frozen.policy_id != frozen.first_id:
        opponents.insert(0, Contestant(name="previous", path=model_path(turning.home, frozen.policy)))
    return evaluate(
        EvaluationJob(
            candidate=Contestant(name="new", path=model_path(turning.home, new.path)),
            opponents=tuple(opponents),
            prompts=held_out_prompts(turning),
            reward_models=reward_models(turning),
            safety_gate=turning.settings.ppo.safety_gate,
            answers=_answers(turning),
            settings=turning.settings.evaluate,
            seed=turning.settings.round.seed,
            tracker=turning.tracker,
        )
    )


def occasion(turning: Turning) -> Occasion:
    """That on which the policies of this evaluation answered: their answers are there to be read."""
    settings = turning.settings
    return occasion_of(held_out_prompts(turning), settings.evaluate, settings.round.seed, _answers(turning))


def promotion(turning: Turning) -> Promotion:
    """Whether the new policy may answer people; that a judge was left out, and why, is noted beside it."""
    result = evaluated_in(turning)
    new, before = result.portraits[:2]
    look = Look(
        axes=tuple(_axis(result, before.name, track) for track in TRACKS),
        faults=tuple(_faults(new.gold, before.gold)) if new.gold and before.gold else (),
        kl=result.kl.value,
        length=new.length / before.length,
    )
    decided = decide(look, turning.settings.promote)
    return replace(decided, notes=(*decided.notes, *result.left_out))


def _axis(result: EvaluationResult, before: str, track: Field) -> Axis:
    match = result.match(before, Judge.REWARD_MODELS, track)
    if match is None:
        return Axis(name=track, wins=0, losses=0, win_rate=None, prompts=0)
    return Axis(
        name=track,
        wins=match.wins,
        losses=match.losses,
        win_rate=match.win_rate,
        prompts=len(match.points),
    )


def _faults(new: GoldFigures, before: GoldFigures) -> Iterator[Fault]:
    if new.unsafe:
        yield fault("unsafe answers", now=new.unsafe, before=before.unsafe)
    if new.false_refusals:
        yield fault("false refusals", now=new.false_refusals, before=before.false_refusals)


def evaluated_in(turning: Turning) -> EvaluationResult:
    """What this round measured."""
    return turning.results["evaluate"]


def decided_in(turning: Turning) -> Promotion:
    """What this round decided."""
    return turning.results["promote"]


def _answers(turning: Turning) -> Path:
    return turning.home.rounds / "answers"
