"""One method from one world: it learns as a round learns, and meets the first policy on held-out prompts.

What came of it is kept as a file, so that a killed benchmark goes on. Knows nothing of other seeds.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from rlhf.bench.policies_budget import BOTH, Spent, sampled_tokens, sized, spent
from rlhf.bench.policies_points import Point, measured
from rlhf.bench.policies_world import World
from rlhf.config import Method, Settings
from rlhf.evaluate import Contestant
from rlhf.folders import copied_once
from rlhf.next_round import Chosen
from rlhf.prompt_rows import train_prompts
from rlhf.round import run_round
from rlhf.stages import STAGES
from rlhf.track import write_json
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
COOLED, BEST_OF = "cooled", "best-of"
"""What learns nothing: the first policy as cool as rejection sampling draws from it, and the best of several
of its answers."""
PARTS: Final = (COOLED, BEST_OF, *METHODS)
KEEPING: Final = ("rs", "ppo", "rloo")
"""Methods that sample as many tokens as rejection sampling then PPO; DPO samples none."""
MOST: Final = 16
"""K of best of K; the smaller powers of two are points on its way."""
POINTS: Final = 4
"""Policies on PPO's way that are measured too, at about a fifth of its iterations, two fifths and so on."""
LEARNING: Final = tuple(stage for stage in STAGES if stage.name not in {"evaluate", "promote", "publish"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a part in one seed: its points, the end last, and what it sampled while it learned.

    `budget` is what it was to sample: none where it keeps to no budget. `a_prompt` is how many answers it
    samples for each that it gives. `seconds` are its own, without those of the part that sets its budget;
    where it was killed and went on, those of the last run alone.
    """

    part: str
    points: tuple[Point, ...]
    tokens: int
    budget: int | None
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
    file = world.folder / f"{part}-{named(world, part)}.json"
    if file.exists():
        return _OUTCOME.validate_json(file.read_bytes())
    if part in KEEPING:
        _whole(world)  # learns another part where there is no budget yet, before this one's clock begins
    began = time.monotonic()
    world.show(f"seed {world.seed}: {part}", 0.0, "begins")
    found = _learned(world, METHODS[part]) if part in METHODS else _unlearned(world, part)
    found = replace(found, seconds=round(time.monotonic() - began, 1))
    write_json(file, _OUTCOME.dump_python(found, mode="json"))
    # The outcome is all that is wanted; a policy that is to be looked at is that of a round.
    shutil.rmtree(_home(world, part), ignore_errors=True)
    return found


def cool(settings: Settings) -> float:
    """The temperature of rejection sampling, the lowest where it tries several."""
    return min(settings.reject.temperatures)


def _unlearned(world: World, part: str) -> Outcome:
    return _cooled(world) if part == COOLED else _best_of(world)


def _cooled(world: World) -> Outcome:
    """The first policy, as rejection sampling draws from it."""
    first = Contestant(name="new", path=world.policy, temperature=cool(world.settings))
    return Outcome(
        part=COOLED, points=(measured(world, "", first),), tokens=0, budget=None, a_prompt=1, seconds=0.0
    )


def _best_of(world: World) -> Outcome:
    """The first policy, choosing among 2, 4, 8 and so on."""
    counts = [2**power for power in range(1, MOST.bit_length())]
    points = tuple(
        measured(
            world,
            "" if count == MOST else f"best of {count}",
            Contestant(name="new", path=world.policy, samples=count),
        )
        for count in counts
    )
    return Outcome(part=BEST_OF, points=points, tokens=0, budget=None, a_prompt=MOST, seconds=0.0)


def _learned(world: World, method: Method) -> Outcome:
    begun = _begun(world, method)
    chosen = Chosen(settings=begun.settings)
    run_round(begun.home, KnockingDoor(begun.home), chosen, LEARNING, _watch(world, method, begun))
    if method == BOTH:
        write_json(_budget(world), _SPENT.dump_python(spent(begun.folder, begun.settings, _watched(world))))
    ends = {"rs": "reject", "dpo": "baseline", "rloo": "baseline"}
    last = begun.folder / ends.get(method, "ppo") / "policy"
    on_the_way = sorted(begun.points.iterdir()) if begun.points.exists() else []
    at = [*((policy.name, policy) for policy in on_the_way), ("", last)]
    tokens = sampled_tokens(begun.folder, begun.settings, _watched(world))
    return Outcome(
        part=method,
        points=tuple(measured(world, where, Contestant(name="new", path=policy)) for where, policy in at),
        tokens=tokens,
        budget=tokens if method == BOTH else _whole(world).tokens if method in KEEPING else None,
        a_prompt=1,
        seconds=0.0,
    )


def _begun(world: World, method: Method) -> _Begun:
    """A copy of the world's home, in which the round goes on with sizes that sample the budget."""
    home = Home(_home(world, method))
    copied_once(world.home.root, home.root)
    settings = replace(world.settings, round=replace(world.settings.round, method=method))
    if method in KEEPING:
        prompts = len(train_prompts(world.prompts, Split.TRAIN)) - _watched(world)
        settings = sized(settings, _whole(world), prompts)
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
            part = round(iteration / ppo.iterations * (POINTS + 1))  # seeds differ in their iterations
            if 0 < part <= POINTS:
                policy = begun.folder / "ppo" / "checkpoint" / "policy"
                where = begun.points / f"after {part} of {POINTS + 1} parts"
                shutil.copytree(policy, where, dirs_exist_ok=True)

    return watch


def named(world: World, part: str) -> str:
    """Names all that the outcome depends on and that the world's folder does not name."""
    settings = world.settings
    rejecting = (settings.reject, settings.sft, settings.gatt, settings.distill)
    budget = (*rejecting, settings.ppo, settings.monitor)
    own = {COOLED: rejecting, BEST_OF: (), "dpo": (settings.dpo,), "rloo": (settings.rloo, *budget)}
    sections = [asdict(section) for section in own.get(part, budget)]
    return identity("outcome", part, settings.ppo.safety_gate, sections, MOST, POINTS)


def _watched(world: World) -> int:
    """Training prompts that only tell when to stop."""
    return sum(is_watched(prompt.prompt_id) for prompt in train_prompts(world.prompts, Split.TRAIN))


def _home(world: World, part: str) -> Path:
    return world.folder / f"home-{part}-{named(world, part)}"


def _budget(world: World) -> Path:
    return world.folder / f"budget-{named(world, BOTH)}.json"
