"""Signing in and out. A token is given once and only its sha256 is kept; sign-ins outlive a restart."""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
from datetime import timedelta
from functools import cache
from typing import Final

from store import annotators, credentials, passwords
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.records import Annotator, Credential, SignIn, SignOut, now

SIGN_IN_TIME: Final = timedelta(hours=12)
_HASHING: Final = threading.BoundedSemaphore(2)
"""Each comparison takes 64 MiB; two at a time keep a flood of tries from taking the memory."""


def authenticate(store: Store, name: str, password: str, address: str) -> str | None:
    """A new token when the password is the name's, else None; RequestError when `address` has to wait."""
    known = _known(store, name, password, address)
    if known is None:
        return None
    annotator, password_hash = known
    with store.turns.of(f"password {annotator.annotator_id}"), store.reading() as db:
        if credentials.newest_hash(db, annotator.annotator_id) != password_hash:
            return None  # it was replaced meanwhile, which ends what it opened
        return _sign_in(store, annotator)


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
        raise RequestError(f"Too many tries for this name; try again in {seconds} seconds.")
    with store.reading() as db:
        annotator = annotators.by_name(db, name)
        password_hash = credentials.newest_hash(db, annotator.annotator_id) if annotator else None
    store.throttle.wrong(name, address, moment)  # before the comparison, so that tries side by side all count
    with _HASHING:
        fits = passwords.fits(password, password_hash or _nobodys_hash())
    if annotator is None or password_hash is None or not fits:
        return None
    store.throttle.right(name, address)
    return annotator, password_hash


def actor_of(store: Store, token: str) -> Actor | None:
    """Whose token it is; None when it is nobody's, or over."""
    with store.reading() as db:
        annotator = credentials.signed_in(db, _digest(token), now())
    if annotator is None:
        return None
    return Actor(annotator_id=annotator.annotator_id, name=annotator.name, role=annotator.role)


def sign_out(store: Store, token: str) -> None:
    """Ends the sign-in, if there is one."""
    actor = actor_of(store, token)
    if actor is not None:
        store.append(actor.annotator_id, SignOut(token_hash=_digest(token)))


def replace_password(store: Store, actor: Actor, annotator_id: str, password: str) -> None:
    """A new password; every sign-in with the old one ends in the same transaction."""
    password_hash = passwords.hashed(password)
    with store.turns.of(f"password {annotator_id}"), store.reading() as db:
        live = credentials.live_tokens(db, annotator_id, now())
        store.append(
            actor.annotator_id,
            Credential(annotator_id=annotator_id, password_hash=password_hash),
            *(SignOut(token_hash=token_hash) for token_hash in live),
        )


@cache
def _nobodys_hash() -> str:
    """Compared for an unknown name, so that the time taken does not tell which names exist."""
    return passwords.hashed(secrets.token_urlsafe())


def _sign_in(store: Store, annotator: Annotator) -> str:
    token = secrets.token_urlsafe(32)
    sign_in = SignIn(
        token_hash=_digest(token),
        annotator_id=annotator.annotator_id,
        expires_at=now() + SIGN_IN_TIME,
    )
    store.append(annotator.annotator_id, sign_in)
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
