"""One way in for programs, whoever owns the home: opens the store where nobody does, else asks its owner.

Knows how to carry a request and a reply; what they mean is the verb's affair.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from pydantic import TypeAdapter, ValidationError

from store import progress
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
"""Seconds to wait for one answer; longer work is answered with how far it is."""
PATIENCE: Final = 10.0
"""Seconds to wait for a home that is in use by a command without an address."""
LONG_PATIENCE: Final = 600.0
"""The same for one who has worked for hours, to whom a simulation's minutes are nothing."""

_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy: it is ours


@dataclass(frozen=True, slots=True)
class Answer:
    """What the owner sends back: `ok` the reply, or `error` the sentence, or a `job` and how far it is."""

    ok: Any = None
    error: str | None = None
    job: str | None = None
    stage: str = ""
    fraction: float = 0.0
    message: str = ""


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
        headers = {"Content-Type": "application/json", "Prefer": "respond-async"}
        if on_behalf_of is not None:
            headers["X-Hone-As"] = on_behalf_of
        body = known.request.dump_json(request)
        answer = self._answer(f"/api/verbs/{verb.__name__}", headers, body)
        while answer.job is not None:
            progress.tell(answer.stage, answer.fraction, answer.message)
            answer = self._answer(f"/api/jobs/{answer.job}")
        if answer.error is not None:
            raise RequestError(answer.error)
        try:
            reply: Reply = known.reply.validate_python(answer.ok)
        except ValidationError as error:
            raise self._not_understood() from error
        return reply

    def _answer(self, path: str, headers: Mapping[str, str] = {}, body: bytes | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self._owner.token}", **headers}
        request = urllib.request.Request(f"{self._owner.url}{path}", body, headers)  # noqa: S310  # its own
        try:
            return TypeAdapter(Answer).validate_json(self._sent(request))
        except ValidationError as error:
            raise self._not_understood() from error

    def _sent(self, request: urllib.request.Request) -> bytes:
        try:
            with _OPENER.open(request, timeout=TIMEOUT) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            return error.read()
        except OSError as error:
            raise OwnerError(
                f"The home's owner at {self._owner.url} does not answer ({error}); start it again or stop it."
            ) from error

    def _not_understood(self) -> OwnerError:
        return OwnerError(
            f"The home's owner at {self._owner.url} gave an answer that this hone does not understand; "
            "run the same version on both sides."
        )


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
