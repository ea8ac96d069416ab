"""A home's facts as they are, one a line: `{"kind": "Label", "fact": {…}}`, in the order of their tables.

Passwords and sign-ins stay in the home, and so do bundles, snapshots and signatures, which speak of its files
and its audit. Brought into an empty home, every other table is as it was; the audit tells who brought it.
A home whose people have passwords takes nothing that speaks for them or rules it (`store.foreign`).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from store.door import Door
from store.errors import RequestError
from store.exchange.format import Format, Wanted, facts_of
from store.exchange.lines import BadRow, Line, lines
from store.exchange.publishing import MOST_REASONS, STEP, ImportReport, Show
from store.exchange.standing import EVERYTHING
from store.identity import canonical
from store.tables import TABLES
from store.verbs.bringing import PORTABLE, BringFacts, bring_facts, fact_of

MOST_BYTES: Final = 1 << 20
"""Of the events in one request."""


def import_events(door: Door, paths: Sequence[Path], show: Show) -> ImportReport:
    """Appends the facts to the door's home; those that it has are left out."""
    there = _without_key(door)
    refusals: list[str] = []
    count = added = size = 0
    chunk: list[Line] = []
    for count, line in enumerate(lines(paths), start=1):
        if not _is_there(line, there):
            chunk.append(line)
            size += len(line.text)
        if size >= MOST_BYTES:
            added += _bring(door, chunk, refusals)
            chunk, size = [], 0
        if count % STEP == 0:
            show(0.0, f"{count:,} facts")
    added += _bring(door, chunk, refusals)
    door.ask(bring_facts, BringFacts(events=(), last=True))
    return ImportReport(
        rows=count,
        added=added,
        there=count - added - len(refusals),
        bad=tuple(refusals[:MOST_REASONS]),
        refused=len(refusals),
        things="facts",
    )


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    """Every fact that another home can have, by table and as they were appended."""
    if wanted.selection != EVERYTHING:
        raise RequestError("Events are the whole home: leave --track, --split and --language out.")
    for name, kind in PORTABLE.items():
        for text in facts_of(door, kind, wanted.show):
            yield {"kind": name, "fact": json.loads(text)}


FORMAT: Final = Format(name="events", words="all facts of a home as they are", bring=import_events, rows=rows)


def _without_key(door: Door) -> Counter[bytes]:
    """How often the home has each fact of the tables in which rows repeat: those go in by number."""
    found: Counter[bytes] = Counter()
    for name, kind in PORTABLE.items():
        if not TABLES[kind].key:
            found.update(_digest(name, text) for text in facts_of(door, kind))
    return found


def _is_there(line: Line, there: Counter[bytes]) -> bool:
    if not there:
        return False
    try:
        fact = fact_of(line.text.decode())
    except (RequestError, UnicodeDecodeError):
        return False  # the owner will say why it does not fit
    digest = _digest(type(fact).__name__, canonical(fact))
    there[digest] -= 1
    return there[digest] >= 0


def _digest(kind: str, text: str) -> bytes:
    return sha256(f"{kind} {text}".encode()).digest()[:8]


def _bring(door: Door, chunk: Sequence[Line], bad: list[str]) -> int:
    if not chunk:
        return 0
    events = tuple(line.text.decode(errors="replace") for line in chunk)
    brought = door.ask(bring_facts, BringFacts(events=events))
    for place, why in sorted(brought.refused):
        bad.append(str(BadRow(chunk[place].file.name, chunk[place].number, why)))
    return brought.added
