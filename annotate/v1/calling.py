"""Requests to `/api/v1`, written by the table of operations, and sent again where they are lost.

Whatever is asked may be asked twice. Knows no operation by name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from annotate.v1.operation import ROOT, Operation
from annotate.v1.operations import operation_of
from store.database import Store
from store.errors import HoneError
from store.messages import Actor

TIMEOUT: Final = httpx.Timeout(60.0, connect=10.0)
LATER: Final = {429, 503}
"""Statuses after which the same request may be met."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
"""Seconds before one asks again: twice as long each time."""
NOT_UNDERSTOOD: Final = (
    "The home gave an answer that this client does not understand; use the version of Hone that serves it."
)
_ERROR: Final = TypeAdapter(dict[str, str])

Request = TypeVar("Request")
Reply = TypeVar("Reply")


class APIError(HoneError):
    """What the home refused, in its own sentence, with the `status` of its answer; 0 where none came."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class _Attempts:
    """How long one has asked in vain."""

    def __init__(self, patience: float) -> None:
        self._until = time.monotonic() + patience
        self._pause = FIRST_PAUSE

    def wait(self, refusal: APIError, at_least: float = 0.0) -> None:
        """Until one may ask again; raises the refusal when that would be too late."""
        pause = max(self._pause, at_least)
        if time.monotonic() + pause > self._until:
            raise refusal
        time.sleep(pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


class Calls:
    """Asks one home with one token, for so many seconds where it does not answer."""

    def __init__(self, url: str, token: str, patience: float) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=url.rstrip("/") + ROOT, headers=headers, timeout=TIMEOUT)
        self._patience = patience

    def close(self) -> None:
        """Lets go of the connection."""
        self._http.close()

    def ask(self, verb: Callable[[Store, Actor, Request], Reply], request: Request) -> Reply:
        """The verb's reply; APIError where there is none."""
        operation = operation_of(verb.__name__)
        answer = self._answer(*_written(operation, request))
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer)
        try:
            reply: Reply = operation.page.validate_json(answer.content)
        except ValidationError as error:
            raise APIError(NOT_UNDERSTOOD, answer.status_code) from error
        return reply

    def lines(self, operation: Operation, after: int) -> Iterator[Any]:
        """The lines of a reply; a stream that breaks is taken up after the last line's cursor."""
        attempts = _Attempts(self._patience)
        ended = False
        while not ended:
            try:
                for line in self._lines(operation, after):
                    yield line
                    after, attempts = line.cursor, _Attempts(self._patience)
                ended = True
            except httpx.TransportError as error:
                attempts.wait(_unreached(self._http.base_url, error))

    def _answer(self, method: str, path: str, besides: dict[str, Any]) -> httpx.Response:
        """The home's answer; where it cannot answer now, the same is asked again."""
        attempts = _Attempts(self._patience)
        while True:
            try:
                answer = self._http.request(method, path, **besides)
            except httpx.TransportError as error:
                attempts.wait(_unreached(self._http.base_url, error))
                continue
            if answer.status_code not in LATER:
                return answer
            attempts.wait(_refusal(answer), float(answer.headers.get("Retry-After", "0")))

    def _lines(self, operation: Operation, after: int) -> Iterator[Any]:
        """The lines of one stream."""
        with self._http.stream(operation.method, operation.path, params={"after": after}) as answer:
            if answer.status_code in LATER:
                raise httpx.TransportError("It cannot answer now.")
            if answer.status_code != httpx.codes.OK:
                answer.read()
                raise _refusal(answer)
            for line in _split(answer.iter_bytes()):
                yield operation.reply.validate_json(line)


def _written(operation: Operation, request: object) -> tuple[str, str, dict[str, Any]]:
    """The request's method, path, and what httpx sends besides."""
    told: dict[str, Any] = operation.request.dump_python(request, mode="json")
    path = operation.path.format(**{name: quote(str(told[name]), safe="") for name in operation.in_path})
    besides = {name: told[name] for name in operation.besides if told[name] is not None}
    if operation.method == "GET":
        return operation.method, path, {"params": besides}
    if operation.method == "DELETE":
        return operation.method, path, {}
    return operation.method, path, {"json": told[operation.body] if operation.body else besides}


def _split(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines. Only a line feed ends one: texts hold other separators, at which httpx would cut too."""
    begun = b""
    for chunk in chunks:
        *whole, begun = (begun + chunk).split(b"\n")
        yield from whole


def _refusal(answer: httpx.Response) -> APIError:
    try:
        sentence = _ERROR.validate_json(answer.content)["error"]
    except (ValidationError, KeyError):
        sentence = NOT_UNDERSTOOD
    return APIError(sentence, answer.status_code)


def _unreached(url: httpx.URL, error: Exception) -> APIError:
    return APIError(f"The home at {url} cannot be reached ({error}); start it, or look at the address.")
