"""Nobody sees another's judgement of a comparison before giving their own: what shows judgements asks here.

What somebody holds is not shown to them; what they are shown they are asked no more, and what they said of it
stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from store import sightings
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.queueing.asked import Asked
from store.records import Sighting, now
from store.verbs.roles import HONE


def held(store: Store, actor: Actor) -> set[str]:
    """The comparisons that the actor is judging, and those of which they are repeats."""
    holding = store.queue.holding(Asked(actor.annotator_id), now())
    asked = {one.lease.comparison_id for one in holding}
    return asked | {one.repeats for one in holding if one.repeats is not None}


def check_not_held(store: Store, actor: Actor, comparison_id: str) -> None:
    """RequestError when the actor is judging it."""
    if comparison_id in held(store, actor):
        raise RequestError("You hold this comparison yourself; judge or skip it first.")


def show(store: Store, db: DuckDBPyConnection, actor: Actor, comparison_ids: Iterable[str]) -> None:
    """The actor is shown what others said of these."""
    new = seen(db, actor, comparison_ids)
    if new:
        store.append(actor.annotator_id, *new)


def seen(db: DuckDBPyConnection, actor: Actor, comparison_ids: Iterable[str]) -> list[Sighting]:
    """What is to be appended when the actor is shown these; the command itself is nobody."""
    if actor.annotator_id == HONE.annotator_id:
        return []
    return sightings.new(db, actor.annotator_id, comparison_ids)


def check_blind(db: DuckDBPyConnection, actor: Actor, comparison_id: str) -> None:
    """RequestError when the actor has been shown what others said of it."""
    if not sightings.new(db, actor.annotator_id, [comparison_id]):
        raise RequestError(
            "You have been shown how others judged this comparison; what you said before stays as it is.",
            key="not_blind",
        )
