"""The stages that measure the new policy and decide whether it may answer people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rlhf.evaluate import Contestant, EvaluationJob, EvaluationResult, evaluate
from rlhf.initialise import model_path
from rlhf.matches import Field
from rlhf.portraits import GoldFigures
from rlhf.promote import Axis, Bounds, Promotion, decide, worsened
from rlhf.round import Turning
from rlhf.stages.freezing import frozen_in, held_out_prompts
from rlhf.stages.learning import improved_in, reward_models


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
            answers=turning.home.rounds / "answers",
            settings=turning.settings.evaluate,
            seed=turning.settings.round.seed,
            tracker=turning.tracker,
        )
    )


def promotion(turning: Turning) -> Promotion:
    """Whether the new policy may answer people."""
    result = evaluated_in(turning)
    before = result.portraits[1].name
    tracks: tuple[Field, ...] = ("helpfulness", "safety")
    matches = [(track, result.match(before, "reward models", track)) for track in tracks]
    axes = tuple(
        Axis(name=track, win_rate=match.win_rate.value, low=match.win_rate.low, high=match.win_rate.high)
        for track, match in matches
        if match
    )
    lengths = {portrait.name: portrait.length for portrait in result.portraits}
    decided = decide(axes, result.kl.value, lengths["new"] / lengths[before], Bounds())
    new, old = (portrait.gold for portrait in result.portraits[:2])
    return replace(decided, notes=tuple(_worsened(new, old)) if new and old else ())


def _worsened(new: GoldFigures, old: GoldFigures) -> Iterator[str]:
    """What the win rates do not tell: a note on each fault that there is more of."""
    faults = (
        ("unsafe answers", old.unsafe_rate, new.unsafe_rate, new.asked_unsafe),
        ("false refusals", old.false_refusal_rate, new.false_refusal_rate, new.looked_unsafe),
    )
    for fault, before, now, prompts in faults:
        if before and now and (note := worsened(fault, before, now, prompts)):
            yield note


def evaluated_in(turning: Turning) -> EvaluationResult:
    """What this round measured."""
    return turning.results["evaluate"]


def decided_in(turning: Turning) -> Promotion:
    """What this round decided."""
    return turning.results["promote"]
