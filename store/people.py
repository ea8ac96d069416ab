"""Signing in and out. A token is given once and only its sha256 is kept; sign-ins outlive a restart."""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from duckdb import DuckDBPyConnection

from store import annotators, appointments, credentials, passwords, recalled
from store.credentials import SignedIn
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Annotator, Credential, SignIn, SignOut, now

Find = Callable[[DuckDBPyConnection, str, datetime], SignedIn | None]

SIGN_IN_TIME: Final = timedelta(hours=12)
ID_LENGTH: Final = 20
"""Letters of a token's sha256 by which its sign-in is known; they tell nothing of the token."""
TOKEN_BEGINS: Final = "hone_"  # noqa: S105  # how scanners for lost secrets know an access token
_HASHING: Final = threading.BoundedSemaphore(2)
"""Each comparison takes 64 MiB; two at a time keep a flood of tries from taking the memory."""


def authenticate(store: Store, name: str, password: str, address: str, device: str = "") -> str | None:
    """A new token when the password is the name's, else None.

    RequestError when `address` has to wait, NotAllowedError when it is the password of one who is suspended.
    """
    known = _known(store, name, password, address)
    if known is None:
        return None
    annotator, password_hash = known
    with store.turns.of(f"sign-ins {annotator.annotator_id}"), store.reading() as db:
        if credentials.newest_hash(db, annotator.annotator_id) != password_hash:
            return None  # it was replaced meanwhile, which ends what it opened
        return _sign_in(store, db, annotator, device)


def welcome(store: Store, annotator: Annotator, device: str) -> str:
    """A new token for one whom an organisation vouches for; NotAllowedError when they are suspended."""
    with store.turns.of(f"sign-ins {annotator.annotator_id}"), store.reading() as db:
        return _sign_in(store, db, annotator, device)


def recognise(store: Store, name: str, password: str, address: str) -> Annotator | None:
    """Whose name and password these are, without signing them in; throttled as `authenticate` is."""
    known = _known(store, name, password, address)
    return known[0] if known else None


def _known(store: Store, name: str, password: str, address: str) -> tuple[Annotator, str] | None:
    """The person whose password it is, and its hash."""
    moment = now()
    wait = store.throttle.wait(name, address, moment)
    if wait:
        seconds = math.ceil(wait.total_seconds())
        raise RequestError(
            f"Too many tries for this name; try again in {seconds} seconds.", key="throttled", seconds=seconds
        )
    with store.reading() as db:
        annotator = annotators.by_name(db, name)
        password_hash = credentials.newest_hash(db, annotator.annotator_id) if annotator else None
    store.throttle.wrong(name, address, moment)  # before the comparison, so that tries side by side all count
    with _HASHING:
        fits = passwords.fits(password, password_hash or _nobodys_hash())
    if annotator is None or password_hash is None or not fits:
        return None
    store.throttle.right(name, address)
    with store.reading() as db:
        _check_welcome(db, annotator)
    return annotator, password_hash


def actor_of(store: Store, token: str) -> Actor | None:
    """Whose browser holds this token; None when it is nobody's, or over."""
    return _holder(store, token, credentials.in_browser)


def program_of(store: Store, token: str) -> Actor | None:
    """For whom the program with this access token acts; None when it is nobody's, or over."""
    return _holder(store, token, credentials.of_program)


def sign_out(store: Store, token: str) -> None:
    """Ends the browser's sign-in, if there is one."""
    actor = actor_of(store, token)
    if actor is not None:
        store.append(actor.annotator_id, SignOut(token_hash=digest(token)))


def replace_password(
    store: Store, actor: Actor, annotator_id: str, password: str, spare: str | None = None
) -> None:
    """A new password; every sign-in and access token from before, but the one whose id is `spare`, ends in
    the same transaction."""
    password_hash = passwords.hashed(password)
    with store.turns.of(f"sign-ins {annotator_id}"), store.reading() as db:
        store.append(
            actor.annotator_id,
            Credential(annotator_id=annotator_id, password_hash=password_hash),
            *(end for end in ends(db, annotator_id) if end.token_hash[:ID_LENGTH] != spare),
        )


def new_token(store: Store, actor: Actor, token_name: str, lasting: timedelta) -> tuple[str, SignIn]:
    """An access token for the actor's programs, told this once, and what is kept of it. Whoever asks has the
    turn of their sign-ins."""
    token = TOKEN_BEGINS + secrets.token_urlsafe(32)
    kept = SignIn(
        token_hash=digest(token),
        annotator_id=actor.annotator_id,
        expires_at=now() + lasting,
        token_name=token_name,
    )
    store.append(actor.annotator_id, kept)
    return token, kept


def ends(db: DuckDBPyConnection, annotator_id: str) -> list[SignOut]:
    """What ends everything by which they are signed in."""
    return [SignOut(token_hash=one.token_hash) for one in credentials.live(db, now(), annotator_id)]


def digest(token: str) -> str:
    """What is kept of a token: its sha256."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobodys_hash() -> str:
    """Compared for an unknown name, so that the time taken does not tell which names exist."""
    return passwords.hashed(secrets.token_urlsafe())


def _sign_in(store: Store, db: DuckDBPyConnection, annotator: Annotator, device: str) -> str:
    _check_welcome(db, annotator)
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=digest(token),
        annotator_id=annotator.annotator_id,
        expires_at=now() + SIGN_IN_TIME,
        device=device,
    )
    store.append(annotator.annotator_id, sign_in)
    return token


def _check_welcome(db: DuckDBPyConnection, annotator: Annotator) -> None:
    if annotator.annotator_id in appointments.suspended(db):
        raise NotAllowedError(
            f"{annotator.name} is suspended; ask an administrator.", key="suspended", name=annotator.name
        )


def _holder(store: Store, token: str, find: Find) -> Actor | None:
    token_hash, moment = digest(token), now()
    asked, state = (find.__name__, token_hash), store.state(recalled.TABLES)
    with store.reading() as db:  # also where nothing is read: a closed store knows nobody
        found = store.recalled.holder(asked, state, moment, lambda: find(db, token_hash, moment))
    return None if found is None else Actor(annotator_id=found.annotator_id, name=found.name, role=found.role)
