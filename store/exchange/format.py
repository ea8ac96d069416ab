"""What a format is to the commands `hone import` and `hone export`; knows none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.door import Door
from store.exchange.publishing import ImportReport, Show, unseen
from store.exchange.standing import EVERYTHING, Selection
from store.records import Fact
from store.verbs.exporting import (
    ReadDemonstrations,
    ReadFacts,
    ReadJudgements,
    read_demonstrations,
    read_facts,
    read_judgements,
)

if TYPE_CHECKING:
    from pyarrow import Schema

    from store.exchange.collected import Answered
    from store.exchange.judgements import Judgement

Row = Mapping[str, Any]
"""One row of a file, as JSON has it."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the home that the format has no row for, and why."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be written: where to, in which of the format's shapes, and which part of the home."""

    path: Path
    shape: str = ""
    selection: Selection = EVERYTHING
    show: Show = unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format by its name, and what it is in a few words.

    `bring` reads files into a home and `rows` reads a home for a file, row by row. `shapes` are the forms in
    which it can be written, the usual one first; empty where there is one. `schema` is the Parquet schema of
    a shape; None where the format is not tabular.
    """

    name: str
    words: str
    bring: Callable[[Door, Sequence[Path], Show], ImportReport]
    rows: Callable[[Door, Wanted], Iterator[Row | LeftOut]]
    shapes: tuple[str, ...] = ()
    schema: Callable[[str], Schema] | None = None
    trains: bool = False
    """Whether what is written is meant to train: then held-out prompts stay out unless they are asked for."""


def judgements(door: Door, wanted: Wanted) -> Iterator[Judgement]:
    """The home's judgements that are wanted, page by page through the door, whoever owns the home."""
    first: int | None = 0
    while first is not None:
        found = door.ask(read_judgements, ReadJudgements(selection=wanted.selection, first=first))
        yield from found.judgements
        wanted.show(found.done, "judgements")
        first = found.following


def demonstrations(door: Door, wanted: Wanted) -> Iterator[Answered]:
    """The home's demonstrations of the prompts that are wanted, page by page, but for withdrawn ones."""
    first: int | None = 0
    while first is not None:
        found = door.ask(read_demonstrations, ReadDemonstrations(first=first))
        yield from (one for one in found.answered if not one.retracted and wanted.selection.takes(one.prompt))
        wanted.show(found.done, "demonstrations")
        first = found.following


def facts_of(door: Door, kind: type[Fact], show: Show = unseen) -> Iterator[str]:
    """All facts of a kind as canonical JSON, page by page."""
    first: int | None = 0
    while first is not None:
        found = door.ask(read_facts, ReadFacts(kind=kind.__name__, first=first))
        yield from found.facts
        show(found.done, kind.__name__)
        first = found.following
