"""Puts what was read into a home, chunk by chunk, beside a running owner too; and reports how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from store.door import Door
from store.errors import BundleError
from store.exchange.lines import BadRow
from store.identity import ID_LENGTH, identity
from store.inbox import write_bundle
from store.messages import CountHome, HomeCounts, Ingest
from store.records import Fact, Split, Turn
from store.verbs import count_home, ingest

CHUNK: Final = 1000
"""Rows in a bundle, which is one transaction."""
UNKNOWN_TIME: Final = datetime(1970, 1, 1)
"""When an imported fact was made: nobody knows, and the same file must give the same facts."""
HELD_OUT: Final = 0.1
"""The share of imported prompts that only measure."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Rows that were read, how many were new to the home and how many were there already, in the home or
    further up in the files, and a sentence for each row that did not go in."""

    rows: int
    added: int
    there: int
    bad: tuple[str, ...]


def publish(
    door: Door,
    name: str,
    read: Iterable[Row | BadRow],
    tables: Callable[[Sequence[Row]], Mapping[str, Sequence[Fact]]],
    counted: Callable[[HomeCounts], int],
) -> ImportReport:
    """Publishes what was read, as the tables' facts; `counted` is which of the home's counts it adds to."""
    before = counted(door.ask(count_home, CountHome()))
    bad: list[str] = []
    count = 0
    for chunk in _chunks(read):
        count += len(chunk)
        bad += [str(row) for row in chunk if isinstance(row, BadRow)]
        good = [row for row in chunk if not isinstance(row, BadRow)]
        if good:
            deliver(door, name, tables(good))
    after = counted(door.ask(count_home, CountHome()))
    added = after - before
    return ImportReport(rows=count, added=added, there=count - added - len(bad), bad=tuple(bad))


def split_of(turns: Sequence[Turn]) -> Split:
    """Held out by the hash of the opening, so that a dialogue's later turns are on the side of its first one.

    A prompt without earlier turns goes by its own id; it is the same prompts everywhere.
    """
    first = next((place for place, turn in enumerate(turns, start=1) if turn.role == "user"), len(turns))
    opening = identity("prompt", [[turn.role, turn.content] for turn in turns[:first]])
    share = int(opening, 16) / 16**ID_LENGTH
    return Split.HELDOUT if share < HELD_OUT else Split.TRAIN


def deliver(door: Door, name: str, tables: Mapping[str, Sequence[Fact]]) -> None:
    """Publishes facts and has the owner take them in now; BundleError says why it refused them.

    Looks where the bundle lies now: the owner also takes in by itself, and may have been quicker.
    """
    folder = write_bundle(door.home, name, tables)
    door.ask(ingest, Ingest())
    why = door.home.inbox / "rejected" / folder.name / "why.txt"
    if why.exists() and not (door.home.inbox / "done" / folder.name).exists():
        raise BundleError(f"The owner refused {folder.name}: {why.read_text(encoding='utf-8').strip()}")


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
