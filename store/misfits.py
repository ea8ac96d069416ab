"""Why a setting's value does not fit: what was expected, in words for whoever wrote it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

EXPECTED: Final = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a table",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "less than {lt}",
    "less_than_equal": "{le} or less",
    "too_short": "{min_length} or more in the list",
    "string_too_long": "{max_length} characters or fewer",
    "string_pattern_mismatch": "text that matches {pattern}",
}
"""By the name that pydantic gives to the error, with what it tells beside it."""


def expected(error: ValidationError) -> str:
    """Such as `expected a whole number`, `expected 1 or more`, or `expected text as item 2` of a list."""
    first = error.errors(include_url=False)[0]
    if first["type"] not in EXPECTED:
        return first["msg"]
    words = EXPECTED[first["type"]].format_map(_told(first.get("ctx", {})))
    (*_, place) = (None, *first["loc"])
    where = f" as item {place + 1}" if isinstance(place, int) else f" for {place}" if place else ""
    return f"expected {words}{where}"


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers as people write them: `0`, not `0.0`."""
    return {name: f"{value:g}" if isinstance(value, float) else value for name, value in values.items()}
