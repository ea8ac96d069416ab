"""A bundle that has arrived, read with suspicion: whoever may write into the inbox wrote it.

No link is followed, nothing but files is read and no more than memory bears; every file must be what the
manifest says and every line a fact.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, fields, replace
from datetime import UTC
from pathlib import Path
from typing import Final, TypeVar

import pydantic
from pydantic import TypeAdapter, ValidationError

from store.errors import BundleError
from store.identity import canonical
from store.records import (
    Annotator,
    Batch,
    Comparison,
    Demonstration,
    Evaluation,
    Fact,
    Game,
    Gold,
    Label,
    LabelScore,
    Policy,
    Prompt,
    Response,
    RewardEvaluation,
    RewardModel,
    Round,
    Score,
    Selection,
    Skip,
)
from store.tables import TABLES

BROUGHT: Final = {
    *(Annotator, Prompt, Policy, Response, Batch, Comparison, Gold, Label, Skip, Demonstration),
    *(RewardModel, RewardEvaluation, Score, LabelScore, Round, Evaluation, Game, Selection),
}
"""What imports and rounds publish. Who may sign in, in which role, who may judge and what was signed is for
people to say, and a kind of fact that is not here is nothing that a bundle brings."""
KINDS: Final = {table.name: kind for kind, table in TABLES.items() if kind in BROUGHT}
MANIFEST: Final = "manifest.json"
LARGEST_FILE: Final = 1024**3
"""Bytes of a table's file: a bundle is one transaction, so what is larger comes as several."""
LONGEST_LINE: Final = 16 * 1024**2
"""Bytes of a fact."""

F = TypeVar("F", bound=Fact)


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class File:
    """A table's file: how many facts it holds and its sha256."""

    rows: int
    sha256: str


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Manifest:
    """What a bundle holds, by table."""

    name: str
    tables: dict[str, File]

    @property
    def bundle_id(self) -> str:
        """The sha256 of what the tables hold; the name does not count."""
        contents = {name: file.sha256 for name, file in self.tables.items()}
        return hashlib.sha256(canonical(contents).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A bundle that was read: its manifest and its facts."""

    manifest: Manifest
    facts: tuple[Fact, ...]


def read_bundle(folder: Path) -> Arrival:
    """The bundle in a folder; BundleError says what does not fit."""
    try:
        manifest = TypeAdapter(Manifest).validate_json(_text(folder / MANIFEST))
    except FileNotFoundError as error:
        raise BundleError(f"Expected a {MANIFEST} in the bundle; there is none.") from error
    except ValidationError as error:
        raise BundleError(f"The {MANIFEST} does not fit: {error.errors()[0]['msg']}.") from error
    strangers = sorted(set(manifest.tables) - set(KINDS))
    if strangers:
        raise BundleError(
            f"Expected tables of the store that a bundle may bring; got {', '.join(strangers)}."
        )
    facts = [fact for table in KINDS if table in manifest.tables for fact in _read(folder, table, manifest)]
    return Arrival(manifest, tuple(facts))


def _read(folder: Path, table: str, manifest: Manifest) -> list[Fact]:
    file = folder / f"{table}.jsonl"
    try:
        text = _text(file)
    except FileNotFoundError as error:
        raise BundleError(f"Expected {file.name}, which the {MANIFEST} names; there is none.") from error
    if hashlib.sha256(text).hexdigest() != manifest.tables[table].sha256:
        raise BundleError(
            f"{file.name} is not what the {MANIFEST} says: its sha256 differs. Publish it again."
        )
    adapter: TypeAdapter[Fact] = TypeAdapter(KINDS[table])
    facts = []
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise BundleError(
                f"{file.name}, line {number}: expected at most {LONGEST_LINE} bytes; got {len(line)}."
            )
        try:
            facts.append(in_utc(adapter.validate_json(line)))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise BundleError(f"{file.name}, line {number}: {where}: {first['msg']}.") from error
    if len(facts) != manifest.tables[table].rows:
        raise BundleError(f"Expected {manifest.tables[table].rows} rows in {file.name}; got {len(facts)}.")
    return facts


def in_utc(fact: F) -> F:
    """The fact with its times as the store keeps them, without a zone."""
    times = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name.endswith("_at")}
    zoned = {name: time.astimezone(UTC).replace(tzinfo=None) for name, time in times.items() if time.tzinfo}
    return replace(fact, **zoned) if zoned else fact


def _text(file: Path) -> bytes:
    """The contents of a file that lies in the bundle itself. Raises FileNotFoundError and BundleError."""
    try:
        # Not to wait for whoever might write into a pipe.
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BundleError(f"{file.name} cannot be read: {error.strerror}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise BundleError(f"{file.name} cannot be read: it is no file.")
        if status.st_size > LARGEST_FILE:
            raise BundleError(
                f"Expected at most {LARGEST_FILE} bytes in {file.name}; got {status.st_size}. "
                "Publish it in parts."
            )
        with os.fdopen(descriptor, "rb", closefd=False) as opened:
            return opened.read()
    finally:
        os.close(descriptor)
