"""Settings from `hone.toml` and from `--set`: each section becomes a frozen dataclass.

Knows TOML and types, not what any setting means. An unknown key or a value of the wrong type is an error
in a sentence that names the nearest known key.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter, ValidationError

from store.errors import HoneError
from store.misfits import expected

S = TypeVar("S")

FINITE: Final = ConfigDict(allow_inf_nan=False)
"""Settings name what they made by their JSON, which has no infinity."""


class SettingsError(HoneError):
    """A setting that is not one, in a sentence."""


def load(kind: type[S], file: Path, overrides: Sequence[str] = ()) -> S:
    """Defaults of `kind`, then the file if it exists, then overrides such as `ppo.kl_coef=0.005`."""
    values = _values(file)
    for override in overrides:
        section, key, value = _split(kind, override)
        values.setdefault(section, {})[key] = value
    return from_values(kind, values)


def from_values(kind: type[S], values: Mapping[str, Mapping[str, Any]]) -> S:
    """Defaults of `kind` with these values over them, by section and key as TOML has them."""
    hints = get_type_hints(kind)
    sections = {}
    for section, keys in values.items():
        _check_known(hints, section, keys)
        sections[section] = _section(section, hints[section], keys)
    return kind(**sections)


def load_section(kind: type[S], name: str, file: Path) -> S:
    """One section of the file over the defaults of `kind`; the others are not looked at."""
    keys = _values(file).get(name, {})
    _check_known({name: kind}, name, keys)
    section: S = _section(name, kind, keys)
    return section


def load_part(kind: type[S], name: str, file: Path) -> S:
    """Those keys of a section that `kind` has, over its defaults; the others are another's to look at."""
    hints = get_type_hints(kind)
    keys = {key: value for key, value in _values(file).get(name, {}).items() if key in hints}
    part: S = _section(name, kind, keys)
    return part


def faults(kind: type[Any], file: Path) -> list[str]:
    """Everything in the file that is no setting of `kind`, each in a sentence."""
    try:
        values = _values(file)
    except SettingsError as error:
        return [str(error)]
    found = []
    for section, keys in values.items():
        for one in [{key: value} for key, value in keys.items()] or [{}]:
            try:
                from_values(kind, {section: one})
            except SettingsError as error:
                found.append(str(error))
    return list(dict.fromkeys(found))


def as_json(settings: Any) -> str:  # noqa: ANN401  # any settings dataclass
    """The resolved settings as JSON text, to be stored with what they made."""
    return json.dumps(dataclasses.asdict(settings), sort_keys=True)


def _values(file: Path) -> dict[str, dict[str, Any]]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file.name} is not valid TOML: {error}.") from error
    for section, keys in values.items():
        if not isinstance(keys, dict):
            raise SettingsError(f"Expected [{section}] to be a section; got {keys!r}.")
    return values


def _split(kind: type[Any], override: str) -> tuple[str, str, Any]:
    name, equals, text = override.partition("=")
    section, dot, key = name.strip().partition(".")
    if not (equals and dot):
        near = [f"{one}={text}" for one in _like(get_type_hints(kind), section)] if equals else []
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise SettingsError(f"Expected a setting such as ppo.kl_coef=0.005; got {override!r}.{hint}")
    try:
        return section, key, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return section, key, text


def _section(section: str, kind: type[Any], keys: Mapping[str, Any]) -> Any:  # noqa: ANN401
    hints = get_type_hints(kind, include_extras=True)
    typed = {}
    for key, value in keys.items():
        try:
            text = json.dumps(value, default=str)
            typed[key] = TypeAdapter(hints[key], config=FINITE).validate_json(text, strict=True)
        except ValidationError as error:
            words = _list_of(hints[key]) or expected(error)
            came = json.dumps(value, default=str, ensure_ascii=False)
            raise SettingsError(f"{section}.{key} = {came} does not fit: {words}.") from error
    return kind(**typed)


def _list_of(hint: Any) -> str | None:  # noqa: ANN401  # any type
    """Such as `expected a list of tracks such as ["safety"]`, where the type is one of an enum's."""
    parts = get_args(hint)
    if get_origin(hint) is not tuple or not (isinstance(parts[0], type) and issubclass(parts[0], Enum)):
        return None
    values = [str(one.value) for one in parts[0]]
    return (
        f"expected a list of {parts[0].__name__.lower()}s such as {json.dumps(values[-1:])}; there are "
        f"{' and '.join(values)}"
    )


def no_section(name: str, known: Sequence[str], also: Sequence[str] = ()) -> SettingsError:
    """That there is none of this name, and which one may be meant, or which of `also`."""
    near = difflib.get_close_matches(name.lower(), [*known, *also], n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
    return SettingsError(f"There is no section {name}; {hint}")


def _check_known(kinds: Mapping[str, type[Any]], section: str, keys: Mapping[str, Any]) -> None:
    if section not in kinds:
        raise no_section(section, list(kinds))
    for key in keys:
        if key not in get_type_hints(kinds[section]):
            near = _like({section: kinds[section]}, key) or _like(kinds, key)
            hint = (
                f"did you mean {' or '.join(near)}?" if near else f"hone settings {section} lists them all."
            )
            raise SettingsError(f"There is no setting {section}.{key}; {hint}")


def _like(kinds: Mapping[str, type[Any]], key: str) -> list[str]:
    """The full names of the settings that are called so, else of those that are called nearly so."""
    known = {name: get_type_hints(kind) for name, kind in kinds.items()}
    meant = difflib.get_close_matches(key.lower(), {one for keys in known.values() for one in keys}, n=1)
    return [f"{name}.{one}" for name, keys in known.items() for one in meant if one in keys]
