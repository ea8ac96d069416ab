"""`hone init`: which policy, settings and prompts a home begins with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rlhf import pocket
from rlhf.config import Settings
from rlhf.initialise import (
    Beginning,
    Questions,
    answering,
    check_policy,
    first_comparisons,
    initialise,
    write_settings,
)
from rlhf.pocket.beginning import pocket_prompts, preset
from rlhf.prompt_rows import read_prompts, train_prompts
from rlhf.prompts import TrainPrompt
from rlhf.track import Tracker
from store.door import Door, open_door
from store.errors import HoneError
from store.home import Home
from store.messages import CountHome, Freeze
from store.records import Contents, Policy, Split
from store.settings import load
from store.verbs import count_home, freeze

PLAIN = """# Settings of this home; hone settings lists them all.
# [ppo]
# kl_coef = 0.01
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the new home has."""

    home: Path
    policy_id: str
    prompts: int
    comparisons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """New comparisons, over how many prompts, and how many comparisons now want a label."""

    comparisons: int
    prompts: int
    waiting: int


def begin(
    home: Home, policy: str, overrides: Sequence[str], watch: Callable[[str, float, str], None]
) -> Begun:
    """Makes the home; doing it again changes nothing."""
    in_pocket = policy == "pocket"
    beginning = Beginning(
        settings=preset() if in_pocket else PLAIN,
        policy=str(pocket.policy_path()) if in_pocket else policy,
        prompts=pocket_prompts(seed=0) if in_pocket else (),
    )
    check_policy(beginning.policy)
    load(Settings, home.settings, overrides)
    write_settings(home, beginning.settings)
    settings = load(Settings, home.settings, overrides)
    with open_door(home) as door:
        first = initialise(home, door, beginning)
        questions = Questions(
            prompts=train_prompts(beginning.prompts, Split.TRAIN),
            settings=settings,
            tracker=Tracker(home.round(0), answering(watch)),
        )
        comparisons = first_comparisons(home, door, first, questions)
    return Begun(
        home=home.root,
        policy_id=first.policy_id,
        prompts=len(beginning.prompts),
        comparisons=len(comparisons),
    )


def ask_newest(home: Home, settings: Settings, watch: Callable[[str, float, str], None]) -> Made:
    """The newest policy answers the home's training prompts, twice each or as often as `publish` says."""
    with open_door(home) as door:
        counts = door.ask(count_home, CountHome())
        if counts.newest_policy_id is None or counts.newest_policy_path is None:
            raise HoneError("Expected a policy that answers; the home has none. Make one with hone init.")
        newest = Policy(policy_id=counts.newest_policy_id, path=counts.newest_policy_path)
        questions = Questions(
            prompts=_training_prompts(home, door, counts.prompts),
            settings=settings,
            tracker=Tracker(home.round(0), answering(watch)),
            round=counts.rounds,
        )
        made = first_comparisons(home, door, newest, questions)
        after = door.ask(count_home, CountHome())
    if not made:
        raise HoneError(
            "The policy gave each prompt the same answer every time, so there is nothing to compare; raise "
            "publish.temperatures, or import more prompts."
        )
    return Made(
        comparisons=after.comparisons - counts.comparisons,
        prompts=len({comparison.prompt_id for comparison in made}),
        waiting=after.open_comparisons,
    )


def _training_prompts(home: Home, door: Door, prompts: int) -> list[TrainPrompt]:
    if prompts:
        frozen = door.ask(freeze, Freeze(contents=Contents.PROMPTS))
        if found := read_prompts(home.root / frozen.path, Split.TRAIN):
            return found
    there = f"all {prompts} of the home are held out" if prompts else "the home has none"
    raise HoneError(f"Expected prompts to ask; {there}. Import some with hone import prompts FILE.")
