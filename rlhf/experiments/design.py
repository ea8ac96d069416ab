"""What an experiment's file says: a question, the variants that answer it, and how often each is tried.

Knows TOML and names; neither the pocket world nor what any setting means.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from rlhf.bounds import Amount, Count
from store.errors import HoneError

Values = Mapping[str, Mapping[str, Any]]
"""Settings by section and key, as TOML has them."""

SHIPPED: Final = Path(__file__).parent
NAME: Final = r"^[a-z0-9][a-z0-9_.+-]*$"
"""Of a variant, which is also the name of its folder."""
FEWEST_LABELS: Final = 60
"""Below them a reward model may find nothing to measure it on."""


class DesignError(HoneError):
    """A file that describes no experiment, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant and its settings over those of the pocket world, the experiment's common ones among them."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """An experiment: each variant in each seed is a home of so many rounds, with so many labels before each.

    `variants` begins with the control. So many homes learn `at_once`. With `reach`, it is also asked how many
    labels each variant needs for that win rate.
    """

    name: str
    title: str
    question: str
    seeds: tuple[int, ...]
    rounds: int
    labels: int
    at_once: int
    reach: float | None
    variants: tuple[Variant, ...]

    @property
    def control(self) -> str:
        """The name of the variant that all others are held against."""
        return self.variants[0].name


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The file as it is written; `seeds` are listed, or so many from 0 on."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    title: str
    question: str
    against: str
    seeds: Count | Annotated[list[Amount], Field(min_length=1)]
    rounds: Count
    labels: Annotated[int, Field(ge=FEWEST_LABELS)]
    variants: dict[Annotated[str, Field(pattern=NAME)], dict[str, dict[str, Any]]]
    at_once: Count = 1
    reach: Annotated[float, Field(gt=0.5, lt=1)] | None = None
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)


_FILE: Final = TypeAdapter(_File)


def shipped() -> dict[str, Path]:
    """The experiments that come with Hone, by name."""
    return {file.stem: file for file in sorted(SHIPPED.glob("*.toml"))}


def found(name: str) -> Path:
    """The file at this path, or the experiment of this name that comes with Hone."""
    known = shipped()
    if Path(name).is_file():
        return Path(name)
    if name not in known:
        raise DesignError(
            f"Expected an experiment's file or one of {', '.join(known)}; got {name}, which is neither."
        )
    return known[name]


def read(file: Path) -> Design:
    """What the file describes; DesignError where it is no experiment."""
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
        said = _FILE.validate_json(json.dumps(values, default=str))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DesignError(f"{file.name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise DesignError(f"{file.name} describes no experiment: {_fault(error)}.") from error
    if said.against not in said.variants:
        raise DesignError(
            f"Expected `against` in {file.name} to name a variant, one of {', '.join(said.variants)}; got "
            f"{said.against}."
        )
    if len(said.variants) < 2:
        raise DesignError(f"Expected two variants at least in {file.name}; got {said.against} alone.")
    names = sorted(said.variants, key=lambda name: name != said.against)  # the others as they are written
    return Design(
        name=file.stem,
        title=said.title,
        question=said.question,
        seeds=tuple(range(said.seeds)) if isinstance(said.seeds, int) else tuple(dict.fromkeys(said.seeds)),
        rounds=said.rounds,
        labels=said.labels,
        at_once=said.at_once,
        reach=said.reach,
        variants=tuple(Variant(name=name, values=over(said.settings, said.variants[name])) for name in names),
    )


def over(values: Values, others: Values) -> dict[str, dict[str, Any]]:
    """The values with the others over them, key by key."""
    sections = [*values, *(section for section in others if section not in values)]
    return {section: {**values.get(section, {}), **others.get(section, {})} for section in sections}


def _fault(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if not str(part).startswith(("constrained", "list[")))
    return f"{where}: {first['msg'][:1].lower()}{first['msg'][1:]}"
