"""The rows of a table in a file: JSON lines, plain or gzipped, or Parquet; knows nothing of what they say.

A Parquet row becomes the JSON line that says the same, so that a format reads both alike.
"""

from __future__ import annotations

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from store.errors import HoneError
from store.exchange.reasons import reason

GZIP: Final = b"\x1f\x8b"
PARQUET: Final = b"PAR1"
PARQUET_ROWS: Final = 1000
"""In memory at a time."""
LONGEST: Final = 1 << 26
"""Bytes of a line: a few packed kilobytes can hold one that is larger than memory."""

T = TypeVar("T")


class UnreadableError(HoneError):
    """A file that cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, or a row of a Parquet file as one, and where it is, from 1."""

    file: Path
    number: int
    text: bytes


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that does not go in, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


class RowError(Exception):
    """Why a row does not go in."""


def lines(paths: Sequence[Path]) -> Iterator[Line]:
    """The lines of all files, in order, never a whole file in memory."""
    for path in paths:
        check_file(path)
        try:
            with path.open("rb") as raw:
                start = raw.read(4)
            if start == PARQUET:
                yield from _parquet(path)
                continue
            packed = start.startswith(GZIP)
            with gzip.open(path, "rb") if packed else path.open("rb") as file:
                yield from _lines(path, file)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableError(f"{path} cannot be read to its end: {error}.") from error


def check_file(path: Path) -> None:
    """Raises UnreadableError where there is no file."""
    if path.is_dir():
        raise UnreadableError(f"Expected a file; {path} is a folder. Name the files in it.")
    if not path.exists():
        raise UnreadableError(f"There is no file {path}.")


def parsed(line: Line, adapter: TypeAdapter[T]) -> T:
    """The line's JSON; RowError when it does not fit."""
    try:
        return adapter.validate_json(line.text)
    except ValidationError as error:
        raise RowError(reason(error)) from error


def _lines(path: Path, file: BinaryIO | gzip.GzipFile) -> Iterator[Line]:
    first = True
    for number, raw in enumerate(iter(partial(file.readline, LONGEST), b""), start=1):
        if len(raw) == LONGEST:
            raise UnreadableError(f"{path}, line {number}: expected at most {LONGEST >> 20} MiB; got more.")
        text = raw.removeprefix(BOM_UTF8) if number == 1 else raw
        if not text.strip():
            continue
        if first and text.lstrip().startswith(b"["):
            raise UnreadableError(
                f"Expected one JSON object a line in {path}; it holds an array. Write each element on a line "
                "of its own, as `jq -c '.[]'` does."
            )
        first = False
        yield Line(path, number, text)


def _parquet(path: Path) -> Iterator[Line]:
    import pyarrow as pa  # most imports need none of it
    from pyarrow.parquet import ParquetFile

    number = 0
    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(PARQUET_ROWS):
                for number, row in enumerate(batch.to_pylist(), start=number + 1):  # noqa: B020  # goes on counting
                    yield Line(path, number, to_json(row, inf_nan_mode="constants"))
    except pa.ArrowException as error:
        raise UnreadableError(f"{path} cannot be read to its end: {error}.") from error
