"""Rows of a query as the frozen dataclasses of `store.records`: each column goes to the field of its name.

Knows types, not tables. A column without a field, or a field without a column, is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from duckdb import DuckDBPyConnection

R = TypeVar("R")
Convert = Callable[[Any], Any]

CHUNK: Final = 10_000
"""Rows that are converted at a time."""


def rows(cursor: DuckDBPyConnection, kind: type[R]) -> list[R]:
    """All rows of the statement that the cursor has just run."""
    return [one for some in chunks(cursor, kind, CHUNK) for one in some]


def chunks(cursor: DuckDBPyConnection, kind: type[R], most: int) -> Iterator[list[R]]:
    """The rows of the statement that the cursor has just run, so many at a time."""
    names = _names(cursor)
    while found := cursor.fetchmany(most):
        yield _made(names, found, kind)


def row(cursor: DuckDBPyConnection, kind: type[R]) -> R | None:
    """The first row, if there is one."""
    return next(iter(rows(cursor, kind)), None)


def number(cursor: DuckDBPyConnection) -> int:
    """The one whole number that the statement counts; nothing counts as 0."""
    found = cursor.fetchone()
    return int(found[0] or 0) if found else 0


def _names(cursor: DuckDBPyConnection) -> list[str]:
    assert cursor.description is not None  # noqa: S101  # a statement was run
    return [column[0] for column in cursor.description]


def _made(names: list[str], found: list[tuple[Any, ...]], kind: type[R]) -> list[R]:
    converters = _converters(kind)  # type: ignore[arg-type]
    # By column: a row at a time would ask of each value anew how it is converted.
    columns: list[Iterable[Any]] = [
        column if converters[name] is _as_it_is else map(converters[name], column)
        for name, column in zip(names, zip(*found, strict=True), strict=bool(found))
    ]
    return [kind(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


def _record(kind: type[R], columns: dict[str, Any]) -> R:
    converters = _converters(kind)  # type: ignore[arg-type]
    return kind(**{name: converters[name](value) for name, value in columns.items()})


@cache
def _converters(kind: type[Any]) -> dict[str, Convert]:
    return {name: _converter(hint) for name, hint in get_type_hints(kind).items()}


def _as_it_is(value: Any) -> Any:  # noqa: ANN401  # any column
    return value


def _converter(hint: Any) -> Convert:  # noqa: ANN401  # any annotation
    origin, inner = get_origin(hint), get_args(hint)
    if origin is tuple:
        each = _converter(inner[0])
        return tuple if each is _as_it_is else lambda values: tuple(each(value) for value in values)
    if origin in {Union, UnionType}:
        some = _converter(next(part for part in inner if part is not NoneType))
        return _as_it_is if some is _as_it_is else lambda value: None if value is None else some(value)
    if is_dataclass(hint):
        return lambda value: _record(hint, value)  # type: ignore[arg-type]
    if hint in {str, int, float, bool} or hint.__module__ == "datetime":
        return _as_it_is
    return cache(hint)  # an enum, called with its value
