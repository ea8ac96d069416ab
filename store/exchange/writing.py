"""Rows into a file, by its ending: JSON lines, one JSON array (`.json`), either gzipped, or Parquet; whole or
not at all."""

from __future__ import annotations

import gzip
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol

from store.door import Door
from store.errors import RequestError
from store.exchange.format import Format, LeftOut, Row, Wanted

if TYPE_CHECKING:
    from pyarrow import Schema

CHUNK: Final = 1000
"""Rows handed to the file at a time."""
ENDINGS: Final = (".jsonl", ".json", ".jsonl.gz", ".json.gz", ".parquet")
LEVEL: Final = 3
"""Of gzip: a third of the time of the usual one, for files a tenth larger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """How many rows were written, and how often something was left out for which reason."""

    rows: int
    left_out: dict[str, int]


class Sink(Protocol):
    """Takes rows."""

    def write(self, rows: list[Row]) -> None:
        """Appends them."""
        ...


def write(form: Format, door: Door, wanted: Wanted) -> ExportReport:
    """Writes the home that is behind the door into the wanted file, replacing one that is there.

    RequestError when the format has no such shape, or no columns for Parquet.
    """
    if wanted.shape and wanted.shape not in form.shapes:
        known = ", ".join(form.shapes) or "no other than the usual one"
        raise RequestError(f"Expected a shape of {form.name}: {known}; got {wanted.shape}.")
    _check_name(wanted.path)
    left_out: Counter[str] = Counter()
    count = 0
    with _sink(form, wanted) as sink:
        rows = form.rows(door, wanted)
        while chunk := list(islice(rows, CHUNK)):
            left_out.update(one.reason for one in chunk if isinstance(one, LeftOut))
            good = [one for one in chunk if not isinstance(one, LeftOut)]
            sink.write(good)
            count += len(good)
    return ExportReport(rows=count, left_out=dict(left_out))


def _check_name(path: Path) -> None:
    if path.is_dir():
        raise RequestError(f"Expected the name of a file; {path} is a folder.")
    if not path.parent.is_dir():
        raise RequestError(f"There is no folder {path.parent} to write {path.name} into.")
    if not path.name.endswith(ENDINGS):
        raise RequestError(f"Expected a name that ends in {', '.join(ENDINGS)}; got {path.name}.")


class _Lines:
    def __init__(self, file: Any) -> None:  # noqa: ANN401  # a binary file, packed or not
        self._file = file

    def write(self, rows: Iterable[Row]) -> None:
        self._file.write("".join(f"{_line(row)}\n" for row in rows).encode())


class _Array:
    """As labelling tools read it."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401  # a binary file, packed or not
        self._file = file
        self._before = "[\n"

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            self._file.write(f"{self._before}{_line(row)}".encode())
            self._before = ",\n"

    def close(self) -> None:
        self._file.write(b"[]\n" if self._before.startswith("[") else b"\n]\n")


class _Parquet:
    def __init__(self, path: Path, schema: Schema) -> None:
        from pyarrow.parquet import ParquetWriter

        self._schema = schema
        self._file = ParquetWriter(path, schema, compression="zstd")

    def write(self, rows: list[Row]) -> None:
        import pyarrow as pa

        self._file.write_batch(pa.RecordBatch.from_pylist(rows, self._schema))

    def close(self) -> None:
        self._file.close()


@contextmanager
def _sink(form: Format, wanted: Wanted) -> Iterator[Sink]:
    """The file under another name, which gets its own at the end."""
    path = wanted.path
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}.tmp")
    try:
        with _opened(form, wanted, draft) as sink:
            yield sink
        draft.replace(path)
    except OSError as error:
        raise RequestError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _opened(form: Format, wanted: Wanted, draft: Path) -> Iterator[Sink]:
    if wanted.path.suffix == ".parquet":
        if form.schema is None:
            raise RequestError(f"Expected a file of JSON lines: {form.name} is no table; name it .jsonl.")
        parquet = _Parquet(draft, form.schema(wanted.shape or next(iter(form.shapes), "")))
        try:
            yield parquet
        finally:
            parquet.close()
        return
    with draft.open("wb") as raw, _packed(raw, wanted.path) as file:
        if ".json" not in wanted.path.suffixes[-2:]:
            yield _Lines(file)
            return
        array = _Array(file)
        yield array
        array.close()


def _packed(raw: BinaryIO, path: Path) -> AbstractContextManager[Any]:
    if path.suffix != ".gz":
        return nullcontext(raw)
    # No time and no name inside: the same home gives the same file.
    return gzip.GzipFile("", "wb", LEVEL, raw, mtime=0)


def _line(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False, allow_nan=False)
