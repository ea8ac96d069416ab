"""One policy of one world on the held-out prompts, against the first policy, by the oracle prompt by prompt.

Knows nothing of how the policy came about.
"""

from __future__ import annotations

from dataclasses import dataclass

from rlhf.bench.policies_world import World
from rlhf.evaluate import Contestant, EvaluationJob, EvaluationResult, evaluate_each
from rlhf.matches import points
from rlhf.track import Tracker
from store.errors import HoneError


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A policy on the way or, without words of where, at the end; how it did against the first policy.

    `games` are by the oracle, by prompt: 1 was won, 0 lost, a half is a tie.
    """

    where: str
    result: EvaluationResult
    games: dict[str, float]


def measured(world: World, where: str, contestant: Contestant) -> Point:
    """The policy against the first one, as a round evaluates it: the oracle and the reward models judge."""
    result, (ours, first) = evaluate_each(
        EvaluationJob(
            candidate=contestant,
            opponents=(Contestant(name="first", path=world.policy),),
            prompts=world.held_out,
            reward_models=world.reward_models,
            safety_gate=world.settings.ppo.safety_gate,
            answers=world.folder / "answers",
            settings=world.settings.evaluate,
            seed=world.seed,
            tracker=Tracker(world.folder),
        )
    )
    if ours.gold is None or first.gold is None:
        raise HoneError(
            "Expected an oracle to judge, but the preset has none; name one in evaluate.gold_judge."
        )
    names = [answer.prompt_id for answer in ours.answers]
    gains = [one - other for one, other in zip(ours.gold, first.gold, strict=True)]
    return Point(where=where, result=result, games=dict(zip(names, map(points, gains), strict=True)))
