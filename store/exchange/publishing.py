"""Puts what was read into a home, chunk by chunk, beside a running owner too; and reports how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from store.door import Door
from store.errors import BundleError
from store.exchange.lines import BadRow
from store.inbox import write_bundle
from store.messages import CountHome, HomeCounts, Ingest
from store.records import Fact
from store.verbs import count_home, ingest

CHUNK: Final = 2500
"""Rows in a bundle, which is one transaction: each looks through the tables once for what is there, and
people's labels wait for it."""
MOST_REASONS: Final = 1000
"""Refused rows of which a report says why; the others are counted."""
STEP: Final = 1000
"""Rows between two words about how far it is."""

Show = Callable[[float, str], None]
"""Takes how much of the work is done (0 to 1; 0 where nobody knows) and a few words about it."""
Row = TypeVar("Row")
T = TypeVar("T")


def unseen(_done: float, _message: str) -> None:
    """Shows nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Rows that were read, how many were new to the home and how many were there already, in the home or
    further up in the files; how many were refused, and a sentence for each of the first of them. `things` is
    what was added."""

    rows: int
    added: int
    there: int
    bad: tuple[str, ...]
    refused: int
    things: str = "labels"


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
    count = refused = 0
    for chunk in _chunks(read):
        count += len(chunk)
        found = [row for row in chunk if isinstance(row, BadRow)]
        refused += len(found)
        bad += map(str, found[: MOST_REASONS - len(bad)])
        good = [row for row in chunk if not isinstance(row, BadRow)]
        if good:
            told = tables(good)
            if any(told.values()):
                deliver(door, name, told)
    after = counted(door.ask(count_home, CountHome()))
    added = after - before
    return ImportReport(
        rows=count,
        added=added,
        there=count - added - refused,
        bad=tuple(bad),
        refused=refused,
    )


def shown(read: Iterable[T], show: Show) -> Iterator[T]:
    """What is read, showing how many rows there were so far."""
    for count, row in enumerate(read, start=1):
        if count % STEP == 0:
            show(0.0, f"{count:,} rows")
        yield row


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
