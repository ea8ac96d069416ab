"""Every setting of a home: its value, its default and what it means.

The meaning is the docstring below the field, read from the source, so that it is written down once.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from rlhf.config import Settings
from store.home import Home
from store.settings import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A setting by its full name; the values as TOML writes them.

    `choices` are all values that it, or each item of its list, may have; none where they are not few.
    """

    name: str
    value: str
    default: str
    meaning: str
    choices: tuple[str, ...]


def catalogue(home: Home) -> list[Entry]:
    """Every setting of the home's `hone.toml`, section by section."""
    settings, defaults = load(Settings, home.settings), Settings()
    return [
        Entry(
            name=f"{section.name}.{field.name}",
            value=_written(getattr(getattr(settings, section.name), field.name)),
            default=_written(getattr(getattr(defaults, section.name), field.name)),
            meaning=meanings[field.name],
            choices=_choices(hints[field.name]),
        )
        for section in dataclasses.fields(Settings)
        for kind in [type(getattr(defaults, section.name))]
        for meanings, hints in [(_meanings(kind), get_type_hints(kind))]
        for field in dataclasses.fields(kind)
    ]


def _meanings(kind: type) -> Mapping[str, str]:
    """The docstring below each field of the class, on one line."""
    (definition,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(definition, ast.ClassDef)  # noqa: S101  # the source of a class is one
    found = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                found[name] = " ".join(words.split())
    return found


def _choices(hint: Any) -> tuple[str, ...]:  # noqa: ANN401  # any type
    parts = get_args(hint)
    if get_origin(hint) is Literal:
        return tuple(_written(one) for one in parts)
    if hint is bool:
        return (_written(True), _written(False))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return tuple(_written(one.value) for one in hint)
    return tuple(choice for part in parts if isinstance(part, type) for choice in _choices(part))


def _written(value: object) -> str:
    return "none" if value is None else json.dumps(value)
