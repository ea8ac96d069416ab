"""One way in for programs, whoever owns the home: opens the store where nobody does, else asks its owner.

Knows how to carry a request and a reply; what they mean is the verb's affair.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from store.database import Store, open_store
from store.errors import HomeInUseError, HoneError, RequestError
from store.home import Home
from store.messages import Actor
from store.owner import Owner, running
from store.verbs import VERBS
from store.verbs.roles import HONE, simulated

Request = TypeVar("Request")
Reply = TypeVar("Reply")

TIMEOUT: Final = 60.0
"""Seconds to wait for one reply."""
PATIENCE: Final = 10.0
"""Seconds to wait for a home that is in use by a command without an address."""
LONG_PATIENCE: Final = 600.0
"""The same for one who has worked for hours, to whom a simulation's minutes are nothing."""

_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy: it is ours


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner sends back: `ok` the reply, or `error` the sentence."""

    ok: Any = None
    error: str | None = None


class OwnerError(HoneError):
    """The home's owner cannot be asked."""


class Door(Protocol):
    """Whom to ask, and the home that it is about."""

    @property
    def home(self) -> Home:
        """Where bundles are published."""
        ...

    def ask(
        self,
        verb: Callable[[Store, Actor, Request], Reply],
        request: Request,
        *,
        on_behalf_of: str | None = None,
    ) -> Reply:
        """The verb's reply; `on_behalf_of` names a simulated annotator. Raises HoneError in a sentence."""
        ...


class LocalDoor:
    """Asks a store that this process owns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.home = store.home

    def ask(
        self,
        verb: Callable[[Store, Actor, Request], Reply],
        request: Request,
        *,
        on_behalf_of: str | None = None,
    ) -> Reply:
        """See Door."""
        return verb(self._store, self._actor(on_behalf_of), request)

    def _actor(self, on_behalf_of: str | None) -> Actor:
        if on_behalf_of is None:
            return HONE
        with self._store.reading() as db:
            return simulated(db, HONE, on_behalf_of)


class HTTPDoor:
    """Asks the owner over HTTP."""

    def __init__(self, home: Home, owner: Owner) -> None:
        self.home = home
        self._owner = owner

    def ask(
        self,
        verb: Callable[[Store, Actor, Request], Reply],
        request: Request,
        *,
        on_behalf_of: str | None = None,
    ) -> Reply:
        """See Door."""
        known = VERBS[verb.__name__]
        body = self._post(verb.__name__, known.request.dump_json(request), on_behalf_of)
        try:
            answer = TypeAdapter(Answer).validate_json(body)
            if answer.error is not None:
                raise RequestError(answer.error)
            reply: Reply = known.reply.validate_python(answer.ok)
        except ValidationError as error:
            raise OwnerError(
                f"The home's owner at {self._owner.url} gave an answer that this hone does not understand; "
                "run the same version on both sides."
            ) from error
        return reply

    def _post(self, name: str, body: bytes, on_behalf_of: str | None) -> bytes:
        headers = {"Authorization": f"Bearer {self._owner.token}", "Content-Type": "application/json"}
        if on_behalf_of is not None:
            headers["X-Hone-As"] = on_behalf_of
        request = urllib.request.Request(  # noqa: S310  # the address is the owner's own
            f"{self._owner.url}/api/verbs/{name}", body, headers, method="POST"
        )
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            return error.read()
        except OSError as error:
            raise OwnerError(
                f"The home's owner at {self._owner.url} does not answer ({error}); start it again or stop it."
            ) from error


class KnockingDoor:
    """Opens the home for one question at a time: who asks seldom and lives long keeps nobody else out.

    The home may get another owner, or none, between two questions.
    """

    def __init__(self, home: Home) -> None:
        self.home = home

    def ask(
        self,
        verb: Callable[[Store, Actor, Request], Reply],
        request: Request,
        *,
        on_behalf_of: str | None = None,
    ) -> Reply:
        """See Door; waits long for a command that holds the home."""
        with open_door(self.home, LONG_PATIENCE) as door:
            return door.ask(verb, request, on_behalf_of=on_behalf_of)


@contextmanager
def open_door(home: Home, patience: float = PATIENCE) -> Iterator[Door]:
    """The way into a home; waits up to `patience` seconds for an owner that cannot be asked to finish."""
    until = time.monotonic() + patience
    while True:
        try:
            store = open_store(home)
        except HomeInUseError:
            if owner := running(home):
                yield HTTPDoor(home, owner)
                return
            if time.monotonic() >= until:
                raise
            time.sleep(0.1)
            continue
        with store:
            yield LocalDoor(store)
        return
