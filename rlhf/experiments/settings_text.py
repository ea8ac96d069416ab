"""Settings as the text of a `hone.toml`. Knows TOML, not what any setting means."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

from rlhf.experiments.design import Values


def as_toml(values: Values) -> str:
    """The values as the text of a `hone.toml`; ValueError where none can say them."""
    text = "\n".join(_section(section, keys) for section, keys in values.items())
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(text) from error
    if said != values:
        raise ValueError(text)
    return text


def _section(name: str, keys: Mapping[str, Any]) -> str:
    """A table, and after it those within it; JSON writes all other values as TOML does."""
    plain = [f"{_key(key)} = {_json(one)}\n" for key, one in keys.items() if not isinstance(one, Mapping)]
    within = [_section(f"{name}.{_key(key)}", one) for key, one in keys.items() if isinstance(one, Mapping)]
    return "".join((f"[{name}]\n", *plain, *within))


def _key(key: str) -> str:
    """Such as `"safety/de"`, which is no bare key."""
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _json(key)


def _json(value: object) -> str:
    """What JSON escapes beyond the first plane, in two halves, TOML refuses: written as it is."""
    return json.dumps(value, ensure_ascii=False)
