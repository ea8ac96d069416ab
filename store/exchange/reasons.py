"""Why a row does not fit, in words for whoever wrote the file: what was expected where, and what came."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

EXPECTED: Final = {
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "dataclass_type": "an object",
    "dataclass_exact_type": "an object",
    "model_type": "an object",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "none_required": "null",
}
"""By the name of the error: the sort of value that was wanted."""
OURS: Final = {
    "missing": "it is missing",
    "unexpected_keyword_argument": "there is no such column",
    "extra_forbidden": "there is no such column",
}
"""By the name of the error: what is said of other faults; pydantic's own words say the rest."""
CAME: Final[dict[type, str]] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def reason(error: ValidationError) -> str:
    """The first thing that does not fit, such as `prompt: expected text or a list of turns; got a number`."""
    found = error.errors(include_url=False)
    first = found[0]
    rivals = [one for one in found if one["loc"][:1] == first["loc"][:1]]
    sorts = [one for one in rivals if one["type"] in EXPECTED]
    deeper = [one for one in rivals if one not in sorts or one["input"] is not first["input"]]
    if sorts and not deeper:
        wanted = " or ".join(dict.fromkeys(_wanted(one) for one in sorts))
        came = CAME.get(type(first["input"]), "another thing")
        return _placed(_where(sorts), f"expected {wanted}; got {came}")
    # Of several sorts of value, the one that came is told of.
    told = deeper[0] if deeper else first
    if told["type"] in EXPECTED:
        said = f"expected {_wanted(told)}; got {CAME.get(type(told['input']), 'another thing')}"
    else:
        said = OURS.get(told["type"], told["msg"])
    return _placed(_words(told["loc"]), said)


def _wanted(error: ErrorDetails) -> str:
    sort = EXPECTED[error["type"]]
    of_turns = sort == "a list" and any("Message" in str(part) for part in error["loc"])
    return "a list of turns" if of_turns else sort


def _where(errors: list[ErrorDetails]) -> str:
    """The place that the branches of a union share."""
    if len(errors) == 1:
        return _words(errors[0]["loc"])
    shared = [
        parts[0] for parts in zip(*(one["loc"] for one in errors), strict=False) if len(set(parts)) == 1
    ]
    return _words(tuple(shared))


def _words(loc: tuple[int | str, ...]) -> str:
    """Without the names that pydantic gives to the branches of a union."""
    return ".".join(str(part) for part in loc if not _branch(part))


def _branch(part: Any) -> bool:  # noqa: ANN401  # a name or a place
    return part in {"str", "float", "int", "bool"} or "[" in str(part)


def _placed(where: str, said: str) -> str:
    return f"{where}: {said}" if where else said
