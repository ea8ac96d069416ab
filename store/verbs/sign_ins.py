"""Who is signed in, in which browser and by which program, and the end of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from store import credentials, people
from store.credentials import Live
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.people import ID_LENGTH
from store.records import Role, SignOut, now
from store.verbs.assignments import check_words
from store.verbs.people import person
from store.verbs.roles import allow
from store.verbs.vouching import Vouch, signed_in

LONGEST_TOKEN_NAME: Final = 80
MOST_DAYS: Final = 366
MOST_TOKENS: Final = 20
"""Access tokens of one person that live at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSignIns:
    """Wants the actor's own sign-ins and access tokens, or those of a person, or of everybody."""

    name: str | None = None
    everybody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSignIn:
    """A browser, or (`token_name`) a program, that is signed in."""

    sign_in_id: str
    name: str
    token_name: str | None
    device: str
    began_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSignIns:
    """Ends one sign-in or access token by its id, or everything by which a person is signed in."""

    sign_in_id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueToken:
    """An access token for a person's own programs, for so many days; it may do what the person may.

    `vouch` where the command asks for a person.
    """

    token_name: str
    days: int = 90
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """The token, which is told this once, and what is kept of it."""

    token: str = field(repr=False)
    kept: ListedSignIn


def list_sign_ins(store: Store, actor: Actor, request: ListSignIns) -> tuple[ListedSignIn, ...]:
    """What is signed in and not over, the newest first."""
    if request.everybody or request.name not in {None, actor.name}:
        allow(actor, Role.ADMINISTRATOR)
    with store.reading() as db:
        whose = actor.annotator_id
        if request.name not in {None, actor.name}:
            whose = person(db, request.name or "").annotator_id
        live = credentials.live(db, now(), None if request.everybody else whose)
    return tuple(_listed(one) for one in live)


def end_sign_ins(store: Store, actor: Actor, request: EndSignIns) -> tuple[ListedSignIn, ...]:
    """What was ended: an open page stops at its next run, a program at its next request."""
    if request.name not in {None, actor.name}:
        allow(actor, Role.ADMINISTRATOR)
    with store.reading() as db:
        live = credentials.live(db, now())
        if request.name is not None:
            whose = actor.annotator_id
            if request.name != actor.name:
                whose = person(db, request.name).annotator_id
            meant = [one for one in live if one.annotator_id == whose]
        else:
            meant = [one for one in live if one.token_hash[:ID_LENGTH] == request.sign_in_id]
    if request.name is None and not meant:
        raise RequestError(
            "There is no such sign-in, or it is over; look at the list once more.", key="no_sign_in"
        )
    if any(one.annotator_id != actor.annotator_id for one in meant):
        allow(actor, Role.ADMINISTRATOR)
    if meant:
        store.append(actor.annotator_id, *(SignOut(token_hash=one.token_hash) for one in meant))
    return tuple(_listed(one) for one in meant)


def issue_token(store: Store, actor: Actor, request: IssueToken) -> IssuedToken:
    """A new access token; RequestError when the person has one of this name, or enough."""
    who = signed_in(store, actor, request.vouch)
    token_name = request.token_name.strip()
    check_words("name", token_name, LONGEST_TOKEN_NAME)
    if not (token_name and token_name.isprintable()):
        raise RequestError(
            "Expected a name for the token, such as what uses it; got nothing.", key="token_unnamed"
        )
    if not 1 <= request.days <= MOST_DAYS:
        raise RequestError(f"Expected 1 to {MOST_DAYS} days; got {request.days}.")
    with store.turns.of(f"sign-ins {who.annotator_id}"), store.reading() as db:
        _check_room(credentials.live(db, now(), who.annotator_id), token_name)
        token, kept = people.new_token(store, who, token_name, timedelta(days=request.days))
    return IssuedToken(
        token=token,
        kept=ListedSignIn(
            sign_in_id=kept.token_hash[:ID_LENGTH],
            name=who.name,
            token_name=token_name,
            device="",
            began_at=kept.made_at,
            expires_at=kept.expires_at,
        ),
    )


def _check_room(live: list[Live], token_name: str) -> None:
    known = [one.token_name for one in live if one.token_name is not None]
    if token_name in known:
        raise RequestError(
            f"There is a token named {token_name} already; end it, or choose another name.",
            key="token_named",
            name=token_name,
        )
    if len(known) >= MOST_TOKENS:
        raise RequestError(
            f"Expected at most {MOST_TOKENS} tokens at a time; end one that is not used any more.",
            key="many_tokens",
            most=MOST_TOKENS,
        )


def _listed(one: Live) -> ListedSignIn:
    return ListedSignIn(
        sign_in_id=one.token_hash[:ID_LENGTH],
        name=one.name,
        token_name=one.token_name,
        device=one.device,
        began_at=one.began_at,
        expires_at=one.expires_at,
    )
