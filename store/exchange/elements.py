"""The rows of a file that is either a JSON array or JSON lines, plain or gzipped, one at a time.

An array is cut at the commas between its elements by a scan for brackets and quotes, and each element is
parsed by itself: an array larger than memory passes, and an element that is no JSON is one bad row and not
the end of the file, which is why no event parser (as ijson) is used here. Knows nothing of what rows say.
"""

from __future__ import annotations

import re
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from gzip import GzipFile
from io import BufferedReader
from math import isfinite
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from store.exchange.lines import GZIP, BadRow, Line, RowError, UnreadableError, check_file, lines
from store.exchange.reasons import reason

CHUNK: Final = 1 << 20
"""Bytes read at once."""
MOST_BYTES: Final = 1 << 26
"""Of one element; a longer one is passed over without being held."""
BETWEEN: Final = re.compile(rb'(?:[^"\[\]{},]++|"(?:[^"\\]++|\\.)*+")*+(["\[\]{},])', re.DOTALL)
WITHIN: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+(["\[\]{}])', re.DOTALL)
INSIDE: Final = re.compile(rb'[^"\\]*+(["\\])')
"""What the scan stops at: between elements, within one, and in a string; possessive, so never slow."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BadElement(BadRow):
    """An element of an array that does not go in; `line` is its number, from 1."""

    def __str__(self) -> str:
        return f"{self.file}, element {self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Element(Line):
    """An element of an array; `number` counts elements, from 1."""


def elements(paths: Sequence[Path]) -> Iterator[Line | BadRow]:
    """Each element of each file that holds an array, each line of each other file."""
    for path in paths:
        check_file(path)
        if not _is_array(path):
            yield from lines([path])
            continue
        try:
            with _opened(path) as file:
                yield from _elements(path, file)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableError(f"{path} cannot be read to its end: {error}.") from error


def bad(line: Line, why: object) -> BadRow:
    """The row at this place as one that does not go in."""
    kind = BadElement if isinstance(line, Element) else BadRow
    return kind(line.file.name, line.number, str(why))


def value(line: Line) -> dict[str, Any]:
    """The row's JSON object as plain values; RowError where it is none or holds a number JSON cannot."""
    try:
        found = from_json(line.text, allow_inf_nan=False)
    except ValueError as error:
        raise RowError(f"Invalid JSON: {error}") from error
    if not isinstance(found, dict):
        raise RowError(f"expected a JSON object; got {_kind(found)}")
    _check_numbers(found)
    return found


def fitted(found: object, adapter: TypeAdapter[T]) -> T:
    """The value as what it should be; RowError says where it is not."""
    try:
        return adapter.validate_python(found)
    except ValidationError as error:
        raise RowError(reason(error)) from error


def _check_numbers(found: object) -> None:
    """1e999 is JSON and is infinity to every reader: nothing could write it back."""
    left = [found]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
        elif isinstance(one, float) and not isfinite(one):
            raise RowError("it holds a number that is too large")


def _kind(found: object) -> str:
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(found), "a number")


def _opened(path: Path) -> GzipFile | BufferedReader:
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
    return GzipFile(path) if packed else path.open("rb")


def _is_array(path: Path) -> bool:
    """Whether the first thing in the file is a bracket; a file that cannot be read is not asked further."""
    try:
        with _opened(path) as file:
            first = True
            while chunk := file.read(CHUNK):
                text = (chunk.removeprefix(BOM_UTF8) if first else chunk).lstrip()
                if text:
                    return text.startswith(b"[")
                first = False
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableError(f"{path} cannot be read to its end: {error}.") from error
    return False


def _elements(path: Path, file: GzipFile | BufferedReader) -> Iterator[Line | BadRow]:
    scan, number, more = _Scan(), 0, False
    for chunk in _after_bracket(file):
        if scan.over:
            more = more or bool(chunk.strip())
            continue
        for text in scan.cuts(chunk):
            if scan.over and number == 0 and text is not None and not text.strip():
                continue  # an empty array
            number += 1
            if text is None:
                yield BadElement(path.name, number, f"it is longer than {MOST_BYTES >> 20} MiB")
            else:
                yield Element(path, number, text)
    if not scan.over:
        yield BadElement(path.name, number + 1, "the file ends before its array does")
    elif more or scan.held.strip():
        yield BadElement(path.name, number + 1, "there is text after the end of the array")


def _after_bracket(file: GzipFile | BufferedReader) -> Iterator[bytes]:
    """What follows the bracket that opens the array."""
    while chunk := file.read(CHUNK):
        _, bracket, rest = chunk.partition(b"[")
        if bracket:
            yield rest
            break
    while chunk := file.read(CHUNK):
        yield chunk


@dataclass(slots=True)
class _Scan:
    """Where the scan of an array stands: `depth` counts the brackets open within an element."""

    depth: int = 0
    inside: bool = False
    skip: int = 0
    held: bytearray = field(default_factory=bytearray)
    dropped: bool = False
    over: bool = False

    def cuts(self, chunk: bytes) -> Iterator[bytes | None]:
        """The elements that end in the chunk; None for one that was too long."""
        start, place = 0, self.skip
        while mark := self._stops().match(chunk, place):
            place = mark.end()
            byte = mark.group(1)
            if byte == b"\\":
                place += 1
            elif byte == b'"':
                self.inside = not self.inside
            elif self._ends(byte):
                yield self._cut(chunk[start : mark.start(1)])
                start = place
                if self.over:
                    break
        self.skip = max(place - len(chunk), 0)
        self._hold(chunk[start:])

    def _stops(self) -> re.Pattern[bytes]:
        if self.inside:
            return INSIDE
        return WITHIN if self.depth else BETWEEN

    def _ends(self, byte: bytes) -> bool:
        """Counts a bracket; whether this byte ends an element."""
        if byte in b"[{":
            self.depth += 1
        elif byte in b"]}":
            self.over = self.depth == 0 and byte == b"]"
            self.depth = max(self.depth - 1, 0)
            return self.over
        return byte == b"," and self.depth == 0

    def _hold(self, piece: bytes) -> None:
        self.dropped = self.dropped or len(self.held) + len(piece) > MOST_BYTES
        if self.dropped:
            self.held.clear()
        else:
            self.held += piece

    def _cut(self, piece: bytes) -> bytes | None:
        self._hold(piece)
        element = None if self.dropped else bytes(self.held)
        self.held.clear()
        self.dropped = False
        return element
