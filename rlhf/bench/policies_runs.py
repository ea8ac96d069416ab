"""One method from one world: it learns as a round learns, and meets the first policy on held-out prompts.

What came of it is kept as a file, so that a killed benchmark goes on. Knows nothing of other seeds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from rlhf.bench.policies_budget import BOTH, Spent, sampled_tokens, sized, spent
from rlhf.bench.policies_world import World
from rlhf.config import Method, Settings
from rlhf.evaluate import Contestant, EvaluationJob, EvaluationResult, evaluate
from rlhf.next_round import Chosen
from rlhf.prompt_rows import train_prompts
from rlhf.round import run_round
from rlhf.stages import STAGES
from rlhf.track import Tracker, write_json
from rlhf.watched import is_watched
from store.door import KnockingDoor
from store.home import Home
from store.identity import identity
from store.records import Split

METHODS: Final[dict[str, Method]] = {
    "rs+ppo": BOTH,
    "rs": "rs",
    "ppo": "ppo",
    "dpo": "dpo",
    "rloo": "rloo",
}
"""Of each part that learns; the first sets the budget of the others."""
BEST_OF: Final = "best-of"
PARTS: Final = (BEST_OF, *METHODS)
MOST: Final = 16
"""K of best of K; the smaller powers of two are points on its way."""
POINTS: Final = 4
"""Policies on PPO's way that are measured too."""
LEARNING: Final = tuple(stage for stage in STAGES if stage.name not in {"evaluate", "promote", "publish"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A policy on the way or, without words of where, at the end; how it did against the first policy."""

    where: str
    result: EvaluationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a part in one seed: its points, the end last, and what it sampled while it learned.

    `a_prompt` is how many answers it samples for each that it gives.
    """

    part: str
    points: tuple[Point, ...]
    tokens: int
    a_prompt: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """The part's round: its home, its settings and the folder of points on its way."""

    home: Home
    settings: Settings
    points: Path

    @property
    def folder(self) -> Path:
        return self.home.round(1)


_OUTCOME: Final = TypeAdapter(Outcome)
_SPENT: Final = TypeAdapter(Spent)


def outcome(world: World, part: str) -> Outcome:
    """What came of the part: read if it is there, made otherwise, from the checkpoints that are left."""
    file = world.folder / f"{part}-{_name(world, part)}.json"
    if file.exists():
        return _OUTCOME.validate_json(file.read_bytes())
    began = time.monotonic()
    world.show(f"seed {world.seed}: {part}", 0.0, "begins")
    found = _best_of(world) if part == BEST_OF else _learned(world, METHODS[part])
    found = replace(found, seconds=round(time.monotonic() - began, 1))
    write_json(file, _OUTCOME.dump_python(found, mode="json"))
    # The outcome is all that is wanted; a policy that is to be looked at is that of a round.
    shutil.rmtree(_home(world, part), ignore_errors=True)
    return found


def _best_of(world: World) -> Outcome:
    """The first policy, choosing among 2, 4, 8 and so on."""
    counts = [2**power for power in range(1, MOST.bit_length())]
    points = tuple(
        Point(where="" if count == MOST else f"best of {count}", result=_measured(world, world.policy, count))
        for count in counts
    )
    return Outcome(part=BEST_OF, points=points, tokens=0, a_prompt=MOST, seconds=0.0)


def _learned(world: World, method: Method) -> Outcome:
    begun = _begun(world, method)
    chosen = Chosen(settings=begun.settings)
    run_round(begun.home, KnockingDoor(begun.home), chosen, LEARNING, _watch(world, method, begun))
    if method == BOTH:
        write_json(_budget(world), _SPENT.dump_python(spent(begun.folder, begun.settings, _watched(world))))
    ends = {"rs": "reject", "dpo": "baseline", "rloo": "baseline"}
    last = begun.folder / ends.get(method, "ppo") / "policy"
    on_the_way = sorted(begun.points.iterdir()) if begun.points.exists() else []
    found = [Point(where=policy.name, result=_measured(world, policy)) for policy in on_the_way]
    return Outcome(
        part=method,
        points=(*found, Point(where="", result=_measured(world, last))),
        tokens=sampled_tokens(begun.folder, begun.settings, _watched(world)),
        a_prompt=1,
        seconds=0.0,
    )


def _begun(world: World, method: Method) -> _Begun:
    """A copy of the world's home, in which the round goes on with sizes that sample the budget."""
    home = Home(_home(world, method))
    if not home.root.exists():
        fresh = home.root.with_name(f".{home.root.name}")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(world.home.root, fresh)
        fresh.rename(home.root)
    settings = world.settings
    if method != BOTH:
        prompts = len(train_prompts(world.prompts, Split.TRAIN)) - _watched(world)
        settings = sized(settings, method, _whole(world), prompts)
    every = max(1, settings.ppo.iterations // (POINTS + 1))
    settings = replace(settings, ppo=replace(settings.ppo, checkpoint_every=every))
    return _Begun(home=home, settings=settings, points=home.root / "points")


def _whole(world: World) -> Spent:
    """The budget, which the outcome of rejection sampling then PPO sets."""
    outcome(world, BOTH)
    return _SPENT.validate_json(_budget(world).read_bytes())


def _watch(world: World, method: Method, begun: _Begun) -> Callable[[str, float, str], None]:
    """Shows the progress, and takes a copy of each policy that PPO keeps on its way."""

    def watch(stage: str, fraction: float, words: str) -> None:
        world.show(f"seed {world.seed}: {method}, {stage}", fraction, words)
        ppo = begun.settings.ppo
        iteration = round(fraction * ppo.iterations)
        if stage == "ppo" and 0 < iteration < ppo.iterations and iteration % ppo.checkpoint_every == 0:
            policy = begun.folder / "ppo" / "checkpoint" / "policy"
            shutil.copytree(policy, begun.points / f"after {iteration:04}", dirs_exist_ok=True)

    return watch


def _name(world: World, part: str) -> str:
    """Names the settings that the outcome depends on."""
    settings = world.settings
    budget = (settings.reject, settings.sft, settings.ppo)
    own = {BEST_OF: (), "dpo": (settings.dpo,), "rloo": (settings.rloo, *budget)}.get(part, budget)
    return identity("outcome", settings.ppo.safety_gate, [asdict(section) for section in own])


def _measured(world: World, policy: Path, samples: int = 1) -> EvaluationResult:
    """The policy against the first one, as a round evaluates it: the oracle and the reward models judge."""
    job = EvaluationJob(
        candidate=Contestant(name="new", path=policy, samples=samples),
        opponents=(Contestant(name="first", path=world.policy),),
        prompts=world.held_out,
        reward_models=world.reward_models,
        safety_gate=world.settings.ppo.safety_gate,
        answers=world.folder / "answers",
        settings=world.settings.evaluate,
        seed=world.seed,
        tracker=Tracker(world.folder),
    )
    return evaluate(job)


def _watched(world: World) -> int:
    """Training prompts that only tell when to stop."""
    return sum(is_watched(prompt.prompt_id) for prompt in train_prompts(world.prompts, Split.TRAIN))


def _home(world: World, part: str) -> Path:
    return world.folder / f"home-{part}-{_name(world, part)}"


def _budget(world: World) -> Path:
    return world.folder / f"budget-{_name(world, BOTH)}.json"


def in_order(parts: Sequence[str]) -> list[str]:
    """The parts in the order in which they are made: what sets the budget comes before what keeps it."""
    return [part for part in PARTS if part in parts]
