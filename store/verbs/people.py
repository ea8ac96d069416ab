"""Adds people and simulated annotators, lists them, and replaces passwords."""

from __future__ import annotations

import re
from typing import Final

from duckdb import DuckDBPyConnection

from store import (
    annotators,
    appointments,
    credentials,
    external_accounts,
    passwords,
    people,
)
from store.credentials import Live
from store.database import Store
from store.errors import RequestError
from store.identity import identity
from store.messages import Actor, AddAnnotator, ListAnnotators, Listed, SetPassword
from store.records import Annotator, Credential, Kind, Role, Track, now
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
            languages=check_languages(request.languages),
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
    may = store.queue.qualified
    with store.reading() as db:
        away, seen = appointments.suspended(db), credentials.last_seen(db)
        live, linked = credentials.live(db, now()), external_accounts.linked(db)
        return tuple(
            Listed(
                annotator=one,
                barred=tuple(track for track in Track if not may(one.annotator_id, track)),
                suspended=one.annotator_id in away,
                accounts=tuple(each.subject for each in linked if each.annotator_id == one.annotator_id),
                sign_ins=_count(live, one, in_browsers=True),
                tokens=_count(live, one, in_browsers=False),
                seen_at=seen.get(one.annotator_id),
            )
            for one in annotators.everyone(db)
        )


def set_password(store: Store, actor: Actor, request: SetPassword) -> Annotator:
    """Replaces a person's password and ends their sign-ins and access tokens."""
    if request.name != actor.name:
        allow(actor, Role.ADMINISTRATOR)
    with store.reading() as db:
        annotator = person(db, request.name)
        has_one = credentials.newest_hash(db, annotator.annotator_id) is not None
    is_own = annotator.annotator_id == actor.annotator_id
    if is_own and not has_one:
        raise RequestError(
            "You sign in through your organisation and have no password here; ask an administrator for one.",
            key="no_password",
        )
    if is_own:
        _check_current(store, request)
    spare = request.spare if is_own else None
    people.replace_password(store, actor, annotator.annotator_id, request.password, spare)
    return annotator


def person(db: DuckDBPyConnection, name: str) -> Annotator:
    """The person with this name; RequestError when there is none."""
    annotator = annotators.by_name(db, name)
    if annotator is None or annotator.kind is not Kind.PERSON:
        raise RequestError(f"There is no person named {name}; add them first.")
    return annotator


def check_languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    """RequestError unless each is a language code, and there is one."""
    bad = [one for one in languages if not LANGUAGE.fullmatch(one)]
    if bad or not languages:
        raise RequestError(
            f"Expected languages such as en or pt-BR; got {', '.join(bad) or 'none'}.",
            key="languages",
            came=", ".join(bad) or "–",
        )
    return languages


def _count(live: list[Live], annotator: Annotator, *, in_browsers: bool) -> int:
    return sum(
        one.annotator_id == annotator.annotator_id and (one.token_name is None) == in_browsers for one in live
    )


def _check_current(store: Store, request: SetPassword) -> None:
    """Whoever finds a browser signed in does not take the account with it."""
    if people.recognise(store, request.name, request.current or "", "account") is None:
        raise RequestError(
            "The password that you have now is another; type it once more.", key="other_password"
        )


def _name(name: str) -> str:
    name = name.strip()
    if not (name and len(name) <= LONGEST_NAME and name.isprintable()):
        raise RequestError(f"Expected a name of 1 to {LONGEST_NAME} printable characters; got {name!r}.")
    return name


def _check_password(request: AddAnnotator) -> None:
    if request.simulated and request.password is not None:
        raise RequestError("A simulated annotator cannot sign in; leave the password out.")
    if request.simulated and request.role is not Role.ANNOTATOR:
        raise RequestError(f"A simulated annotator has the role annotator; got {request.role}.")
    if not request.simulated and request.password is None:
        raise RequestError(f"Expected a password for {request.name}; got none.")
