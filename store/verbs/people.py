"""Adds people and simulated annotators, and lists them."""

from __future__ import annotations

import re
from typing import Final

from store import annotators, passwords, people, qualifications
from store.database import Store
from store.errors import RequestError
from store.identity import identity
from store.messages import Actor, AddAnnotator, ListAnnotators, Listed, SetPassword
from store.queueing.drawing import QueueSettings
from store.queueing.roster import Roster
from store.records import Annotator, Credential, Kind, Role, Track
from store.settings import load_section
from store.verbs.roles import allow

LONGEST_NAME: Final = 80
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A language code as in BCP 47, such as `en` or `pt-BR`."""


def add_annotator(store: Store, actor: Actor, request: AddAnnotator) -> Annotator:
    """A new annotator; a simulated one that is already there is returned as it is."""
    allow(actor, Role.ENGINEER if request.simulated else Role.ADMINISTRATOR)
    name = _name(request.name)
    _check_password(request)
    with store.turns.of(f"name {name}"):
        with store.reading() as db:
            there = annotators.by_name(db, name)
        if there is not None and request.simulated and there.kind is Kind.SIMULATED:
            return there
        if there is not None:
            raise RequestError(f"The name {name} is taken; choose another.")
        annotator = Annotator(
            annotator_id=identity("annotator", name),
            name=name,
            role=request.role,
            kind=Kind.SIMULATED if request.simulated else Kind.PERSON,
            languages=_languages(request.languages),
        )
        facts: list[Annotator | Credential] = [annotator]
        if request.password is not None:
            password_hash = passwords.hashed(request.password)
            facts.append(Credential(annotator_id=annotator.annotator_id, password_hash=password_hash))
        store.append(actor.annotator_id, *facts)
    return annotator


def list_annotators(store: Store, actor: Actor, _request: ListAnnotators) -> tuple[Listed, ...]:
    """Everybody who judges in the home, the first to arrive first."""
    allow(actor, Role.ADMINISTRATOR)
    roster = Roster(load_section(QueueSettings, "queue", store.home.settings).qualification)
    with store.reading() as db:
        roster.qualify(qualifications.every(db))
        return tuple(
            Listed(
                annotator=one,
                barred=tuple(track for track in Track if not roster.qualified(one.annotator_id, track)),
            )
            for one in annotators.everyone(db)
        )


def set_password(store: Store, actor: Actor, request: SetPassword) -> Annotator:
    """Replaces a person's password and ends their sign-ins."""
    if request.name != actor.name:
        allow(actor, Role.ADMINISTRATOR)
    with store.reading() as db:
        annotator = annotators.by_name(db, request.name)
    if annotator is None or annotator.kind is not Kind.PERSON:
        raise RequestError(f"There is no person named {request.name}; add them first.")
    people.replace_password(store, actor, annotator.annotator_id, request.password)
    return annotator


def _name(name: str) -> str:
    name = name.strip()
    if not (name and len(name) <= LONGEST_NAME and name.isprintable()):
        raise RequestError(f"Expected a name of 1 to {LONGEST_NAME} printable characters; got {name!r}.")
    return name


def _languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    bad = [one for one in languages if not LANGUAGE.fullmatch(one)]
    if bad or not languages:
        raise RequestError(f"Expected languages such as en or pt-BR; got {', '.join(bad) or 'none'}.")
    return languages


def _check_password(request: AddAnnotator) -> None:
    if request.simulated and request.password is not None:
        raise RequestError("A simulated annotator cannot sign in; leave the password out.")
    if request.simulated and request.role is not Role.ANNOTATOR:
        raise RequestError(f"A simulated annotator has the role annotator; got {request.role}.")
    if not request.simulated and request.password is None:
        raise RequestError(f"Expected a password for {request.name}; got none.")
