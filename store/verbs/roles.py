"""Who may do what: each role may also do what the roles before it may."""

from __future__ import annotations

from typing import Final

from duckdb import DuckDBPyConnection

from store import annotators
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Kind, Role

HONE: Final = Actor(annotator_id="hone", name="hone", role=Role.ADMINISTRATOR)
"""The `hone` command on the home's own machine."""


def allow(actor: Actor, least: Role) -> None:
    """Raises NotAllowedError when the actor's role is below `least`."""
    order = list(Role)
    if order.index(actor.role) < order.index(least):
        raise NotAllowedError(f"This takes the role {least}; {actor.name} has the role {actor.role}.")


def allow_judging(actor: Actor) -> None:
    """Raises NotAllowedError when the actor is the command itself, whose judgement would be nobody's."""
    if actor.annotator_id == HONE.annotator_id:
        raise NotAllowedError("hone itself does not judge; sign in, or act for a simulated annotator.")


def simulated(db: DuckDBPyConnection, actor: Actor, annotator_id: str) -> Actor:
    """The simulated annotator on whose behalf an engineer acts; nobody acts for a person."""
    allow(actor, Role.ENGINEER)
    annotator = annotators.by_id(db, annotator_id)
    if annotator is None:
        raise RequestError(f"Expected a simulated annotator; there is no annotator {annotator_id}.")
    if annotator.kind is not Kind.SIMULATED:
        kind = annotator.kind
        raise NotAllowedError(f"Only a simulated annotator can be acted for; {annotator.name} is a {kind}.")
    return Actor(annotator_id=annotator_id, name=annotator.name, role=annotator.role)
