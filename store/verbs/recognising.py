"""What a home knows again of a file: so that its own export, brought back, is no copy of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from store.database import Store
from store.exchange.known import Known, Named, known
from store.messages import Actor
from store.records import Role
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognise:
    """Wants to know which of the named things the home has."""

    named: Named = field(default_factory=Named)


def recognise(store: Store, actor: Actor, request: Recognise) -> Known:
    """Those that it has, with the digests of their words."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return known(db, request.named)
