"""Raw facts of another home, kept as they are: what `hone import events` asks of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import duckdb
import pydantic
from pydantic import TypeAdapter, ValidationError

from store import comparisons, filling
from store.database import Store
from store.errors import HoneError, RequestError
from store.exchange.reasons import reason
from store.foreign import check_fit, sound
from store.messages import Actor
from store.records import Annotator, Bundle, Fact, Role, Signature, Snapshot
from store.references import check_references
from store.verbs.exporting import TOLD
from store.verbs.roles import allow
from store.voices import check_voice
from store.writer import WriteError, prepare

PORTABLE: Final = {name: kind for name, kind in TOLD.items() if kind not in {Bundle, Snapshot, Signature}}
"""Kinds that mean the same in another home. Bundles and snapshots speak of files and of an audit that stay in
theirs, and a signature of a snapshot; `hone backup` takes those along."""

REFUSALS: Final = (duckdb.IntegrityError, duckdb.DataError, duckdb.ProgrammingError)
"""Of a fact; anything else is the disk's fault, and the fact may come again."""


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Event:
    """A fact and its kind."""

    kind: str
    fact: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BringFacts:
    """Events as JSON texts, in an order in which none refers to a later one; `last`: no more will follow."""

    events: tuple[str, ...]
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """How many facts were new; the places of those that were refused, and why."""

    added: int
    refused: tuple[tuple[int, str], ...] = ()


def bring_facts(store: Store, actor: Actor, request: BringFacts) -> Brought:
    """Appends the facts, each with its audit row; one that does not fit is refused alone."""
    allow(actor, Role.ADMINISTRATOR)
    facts: list[tuple[int, Fact]] = []
    refused: list[tuple[int, str]] = []
    for place, text in enumerate(request.events):
        try:
            facts.append((place, fact_of(text)))
        except RequestError as error:
            refused.append((place, str(error)))
    added = _keep(store, actor, facts, refused)
    if request.last:
        _notice(store)
    return Brought(added=added, refused=tuple(refused))


def fact_of(text: str) -> Fact:
    """The fact that an event tells; RequestError when it tells none."""
    try:
        event = _EVENT.validate_json(text)
        if event.kind not in PORTABLE:
            raise RequestError(f"kind: expected {', '.join(PORTABLE)}; got {event.kind}")
        fact: Fact = _adapter(event.kind).validate_python(event.fact)
    except ValidationError as error:
        raise RequestError(reason(error)) from error
    return sound(fact)


_EVENT: Final = TypeAdapter(Event)


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(PORTABLE[kind])


def _keep(
    store: Store, actor: Actor, facts: Sequence[tuple[int, Fact]], refused: list[tuple[int, str]]
) -> int:
    """How many were new. Where something does not fit, each half is tried alone, the first one first."""
    try:
        return _append(store, actor, [fact for _, fact in facts])
    except WriteError as error:
        if not isinstance(error.__cause__, REFUSALS):
            raise
        why = str(error)
    except HoneError as error:
        why = str(error)
    if len(facts) == 1:
        refused.append((facts[0][0], why))
        return 0
    half = len(facts) // 2
    return _keep(store, actor, facts[:half], refused) + _keep(store, actor, facts[half:], refused)


def _append(store: Store, actor: Actor, facts: Sequence[Fact]) -> int:
    if not facts:
        return 0
    with store.reading() as db:
        check_references(db, [fact for fact in facts if not isinstance(fact, Annotator)])
        check_fit(db, facts)
        check_voice(db, facts)
    try:
        entries = prepare(actor.annotator_id, facts)
    except ValueError as error:
        raise RequestError("expected numbers; got NaN or infinity") from error
    return store.submit(entries).wait()


def _notice(store: Store) -> None:
    """The queue hears of people and of what is still wanted once all labels are there."""
    with store.reading() as db:
        filling.welcome(store.queue, filling.everybody(db))
        store.queue.add(comparisons.wanted(db))
