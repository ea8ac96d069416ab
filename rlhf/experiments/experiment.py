"""An experiment's homes: what each is made of, where it lies, and how it is brought to its last round.

Homes of a seed that differ in nothing before the first reward model share that beginning: it is made once and
copied, and a round then repeats of it only what its own settings change. Knows the pocket world; not what
came of it.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rlhf import pocket
from rlhf.config import Method, Settings
from rlhf.experiments.design import Design, DesignError, Values, Variant, over
from rlhf.experiments.plan import Plan, Plans
from rlhf.experiments.settings_text import as_toml
from rlhf.folders import copied_once, replacing_file
from rlhf.initialise import weights_id
from rlhf.next_round import finished
from rlhf.pocket.beginning import preset
from rlhf.pocket.loop import LABELS, Loop, bring_to, comparisons_for
from rlhf.stages import STAGES
from store.door import open_door
from store.home import Home
from store.identity import canonical, identity
from store.round_stages import called
from store.settings import SettingsError, from_values, load

BEGINNING: Final = STAGES[:3]
"""What is shared of the first round: the frozen labels and both reward models."""
LATER: Final = (
    *("reward", "sft", "reject", "judge", "monitor", "ppo"),
    *("dpo", "rloo", "gatt", "distill", "evaluate", "promote"),
)
"""Sections that only stages of a round read; of those the round itself knows whether it is to be repeated."""
LATER_KEYS: Final = {
    "round": ("method", "minimum_labels"),
    "publish": (
        *("selection", "candidates", "random_share", "curriculum"),
        *("answers_from", "evaluation_comparisons"),
    ),
}
"""Keys of other sections of which the same is true."""
COMMON: Final[Values] = {"queue": {"gold_rate": 0.0, "swapped_rate": 0.0}}
"""Every label is asked for to be learned from. The file may say otherwise."""
SHARED: Final = ".beginnings"
"""The folder of what homes share, which is no variant's."""


def planned(design: Design, folder: Path) -> Plans:
    """The homes of the experiment within the folder; DesignError where a variant's settings are none."""
    homes = {
        variant.name: tuple(_planned(design, variant, seed, folder) for seed in design.seeds)
        for variant in design.variants
    }
    first: dict[Path, Plan] = {}
    for plan in (plan for own in homes.values() for plan in own):
        first.setdefault(plan.beginning or plan.home, plan)
    beginnings = (
        dataclasses.replace(
            plan,
            name=f"beginning, seed {plan.seed}",
            home=home,
            beginning=None,
            made_of={"beginning": str(home.relative_to(folder))},
            rounds=1,
        )
        for home, plan in first.items()
    )
    return Plans(beginnings=tuple(beginnings), homes=homes)


def is_done(plan: Plan) -> bool:
    """Whether nothing is left to do."""
    home = Home(plan.home)
    if plan.beginning is None:
        return (home.round(1) / BEGINNING[-1].name / "done.json").exists()
    return len(finished(home)) >= plan.rounds


def bring(plan: Plan, show: Callable[[float, str], None]) -> None:
    """Brings the home to where the plan wants it, from where it stopped; `show` hears of it from 0 to 1."""
    import torch  # here: what is planned is planned at once

    home = Home(plan.home)
    if plan.beginning is not None:
        copied_once(plan.beginning, home.root)
    home.root.mkdir(parents=True, exist_ok=True)
    text = as_begun(plan.settings, home.settings)
    with replacing_file(home.settings) as file:
        file.write_text(text, encoding="utf-8")
    settings = load(Settings, home.settings)
    torch.set_num_threads(settings.round.threads)

    def watch(stage: str, fraction: float, message: str) -> None:
        show(_overall(stage, fraction, plan, settings.round.method), f"{stage}: {message}")

    with open_door(home) as door:
        loop = Loop(home=home, door=door, settings=settings, labels=plan.labels, seed=plan.seed, watch=watch)
        bring_to(loop, plan.rounds, STAGES if plan.beginning else BEGINNING)


def as_begun(text: str, file: Path) -> str:
    """The settings with the threads of those in the file: with others a home would begin again."""
    if not file.exists():
        return text
    began = tomllib.loads(file.read_text(encoding="utf-8"))
    return as_toml(over(tomllib.loads(text), {"round": {"threads": began["round"]["threads"]}}))


def _planned(design: Design, variant: Variant, seed: int, folder: Path) -> Plan:
    values = _values(design, variant, seed)
    try:
        settings = from_values(Settings, values)
    except SettingsError as error:
        raise DesignError(f"Variant {variant.name} of {design.name}: {error}") from error
    if settings.evaluate.gold_judge == "none":
        raise DesignError(
            f"Expected a gold judge to tell variants apart; evaluate.gold_judge of {variant.name} is none."
        )
    try:
        text = as_toml(values)
    except ValueError as error:
        raise DesignError(
            f"Expected settings of {variant.name} that a hone.toml can hold; got {values}."
        ) from error
    made_of = {"the first policy": _policy(), "labels": str(design.labels), **_named(settings)}
    before = {name: one for name, one in made_of.items() if not _later(name)}
    return Plan(
        name=f"{variant.name}, seed {seed}",
        home=folder / variant.name / f"seed-{seed}",
        beginning=folder / SHARED / identity("before", before) / f"seed-{seed}",
        settings=text,
        made_of=made_of,
        labels=design.labels,
        rounds=design.rounds,
        seed=seed,
    )


def _values(design: Design, variant: Variant, seed: int) -> dict[str, dict[str, Any]]:
    """The preset, what an experiment sets, and the variant's own over both."""
    own: Values = {
        "round": {"seed": seed, "threads": 1 if design.at_once > 1 else Settings().round.threads},
        "publish": {"comparisons": comparisons_for(design.labels)},
    }
    return over(over(over(tomllib.loads(preset()), COMMON), own), variant.values)


def _named(settings: Settings) -> dict[str, str]:
    """Every setting by name; not the threads, which say how a home is made and not of what."""
    return {
        f"{section}.{key}": canonical(one)
        for section, keys in asdict(settings).items()
        for key, one in keys.items()
        if (section, key) != ("round", "threads")
    }


def _later(name: str) -> bool:
    """Whether a home depends on it from its first policy on only."""
    section, _dot, key = name.partition(".")
    return section in LATER or key in LATER_KEYS.get(section, ())


def _policy() -> str:
    return weights_id("policy", pocket.policy_path())


def _overall(stage: str, fraction: float, plan: Plan, method: Method) -> float:
    """How far the home is, from 0 to 1, if every stage of a round took as long."""
    number, _colon, name = stage.removeprefix("round ").partition(": ")
    if not name:
        return 0.0
    stages = STAGES if plan.beginning else BEGINNING
    names = (LABELS, *(called(method, one.name) for one in stages))
    return (int(number) - 1 + (names.index(name) + fraction) / len(names)) / plan.rounds
