"""Data in and out."""

from __future__ import annotations

from store import freezing
from store.database import Store
from store.inbox import take_in
from store.messages import Actor, Freeze, Ingest, Ingested
from store.records import Role, Snapshot
from store.verbs.roles import allow


def ingest(store: Store, actor: Actor, _request: Ingest) -> Ingested:
    """Takes in what lies in the inbox now."""
    allow(actor, Role.ENGINEER)
    return take_in(store)


def freeze(store: Store, actor: Actor, request: Freeze) -> Snapshot:
    """The snapshot of what is asked for of what the store holds now."""
    allow(actor, Role.ENGINEER)
    return freezing.freeze(store, actor, request)
