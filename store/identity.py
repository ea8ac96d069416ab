"""Ids that follow from what they name, and the one canonical JSON text they and the audit are made of.

The same parts give the same id on every machine; knows nothing of any table.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from pydantic_core import to_json

ID_LENGTH = 20
"""Hex digits of an id: 80 bits, a one in a million chance of a clash among a billion ids."""


def identity(*parts: object) -> str:
    """The first 20 hex digits of the sha256 of the parts' canonical JSON."""
    return hashlib.sha256(canonical(parts).encode()).hexdigest()[:ID_LENGTH]


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces; times as ISO 8601; NaN and infinity raise ValueError."""
    return _ENCODER.encode(value)


def plain_json(value: object) -> str:
    """JSON that says the same as the canonical one in other words, in a third of the time.

    For what is read again and not hashed; NaN and infinity raise ValueError here too.
    """
    text = to_json(value, inf_nan_mode="constants").decode()
    # One of these may also be a word of somebody's text.
    return canonical(value) if "NaN" in text or "Infinity" in text else text


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain(value: object) -> Any:  # noqa: ANN401  # whatever json can write
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"Expected a fact or a plain value to write as JSON; got {type(value).__name__}.")


_ENCODER: Final = json.JSONEncoder(
    default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
