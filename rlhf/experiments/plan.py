"""What an experiment's homes are to be: a plan each, kept beside it, and what to do where another was kept.

Knows files; neither the pocket world nor what any setting means.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from rlhf.experiments.design import DesignError
from rlhf.track import write_json

SHOWN: Final = 5
"""So many of the things that differ are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A home: where it lies, the text of its settings, and the labels before each of its `rounds`.

    It begins as a copy of `beginning`; one that begins by itself is such a beginning, and ends with the first
    round's reward models. `made_of` says by name all that it depends on but the number of rounds.
    """

    name: str
    home: Path
    beginning: Path | None
    settings: str
    made_of: Mapping[str, str]
    labels: int
    rounds: int
    seed: int

    @property
    def file(self) -> Path:
        """Where the plan of this home is kept, beside it."""
        return self.home.with_suffix(".json")

    @property
    def lock(self) -> Path:
        """Whoever works on the home holds it."""
        return self.home.with_suffix(".lock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """All homes of an experiment: the `beginnings` first, then the variants' by their names, seed by seed."""

    beginnings: tuple[Plan, ...]
    homes: Mapping[str, tuple[Plan, ...]]


_PLAN: Final = TypeAdapter(Plan)


def prepare(plan: Plan) -> None:
    """Keeps the plan beside its home.

    Raises DesignError where a home is there that no experiment made, or that was made of something else.
    """
    if plan.file.exists():
        differs = _differing(plan)
        if differs:
            raise DesignError(
                f"Expected {plan.home} to be made of what it was made of before; {differs}. Name another "
                "folder with --into, or throw away what was made of something else with --anew."
            )
    elif plan.home.exists():
        raise DesignError(
            f"Expected a home of this experiment at {plan.home}, or none; there is something else. Name "
            "another folder."
        )
    plan.home.parent.mkdir(parents=True, exist_ok=True)
    write_json(plan.file, _PLAN.dump_python(plan, mode="json"))


def prepare_anew(plan: Plan) -> None:
    """As `prepare`; but what was made of something else goes, so that it is made anew.

    It waits for a process that has outlived the command that began the home. The old plan goes last: without
    it, what is left of the home is nobody's.
    """
    if plan.file.exists() and _differing(plan):
        with FileLock(plan.lock):
            if plan.home.exists():
                shutil.rmtree(plan.home)
            plan.file.unlink()
    prepare(plan)


def kept_plan(file: Path) -> Plan:
    """The plan in this file."""
    return _PLAN.validate_json(file.read_bytes())


def _differing(plan: Plan) -> str:
    """What differs from the plan that is kept, in words; none where nothing does."""
    try:
        before = kept_plan(plan.file).made_of
    except ValidationError:
        return "another version of Hone made it"
    now = plan.made_of
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    told = [f"{name} was {before.get(name, 'not there')}, now {now.get(name, 'not there')}" for name in names]
    more = [f"and {len(told) - SHOWN} more"] if len(told) > SHOWN else []
    return ", ".join((*told[:SHOWN], *more))
