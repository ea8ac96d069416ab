"""Who answers for a verdict or a signature: somebody signed in, or whose password the command was given."""

from __future__ import annotations

from dataclasses import dataclass, field

from store import people
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Role
from store.verbs.roles import HONE, allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouch:
    """A person's name and password, where the `hone` command asks on their behalf."""

    name: str
    password: str = field(repr=False)


def reviewer(store: Store, actor: Actor, vouch: Vouch | None) -> Actor:
    """The reviewer who answers for it; tries of a password are throttled as those of signing in."""
    allow(actor, Role.REVIEWER)
    found = signed_in(store, actor, vouch)
    allow(found, Role.REVIEWER)
    return found


def signed_in(store: Store, actor: Actor, vouch: Vouch | None) -> Actor:
    """The person who answers for it: the actor, or whose password the command was given."""
    if actor.annotator_id != HONE.annotator_id:
        if vouch is not None:
            raise RequestError(f"You are signed in as {actor.name}; leave the name and the password out.")
        return actor
    if vouch is None:
        raise NotAllowedError("hone itself answers for nothing; name a person and their password.")
    person = people.recognise(store, vouch.name, vouch.password, "hone")
    if person is None:
        raise NotAllowedError(f"The name {vouch.name} and this password do not fit; try again.")
    return Actor(annotator_id=person.annotator_id, name=person.name, role=person.role)
