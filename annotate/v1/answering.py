"""The door of `/api/v1`: a request is let in by its bearer token, parsed, and answered by a verb.

A session's cookie opens nothing here: another site could make a browser send it. Knows HTTP, not what an
operation means.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from annotate.v1.operation import Operation
from annotate.v1.pace import Pace
from store import people
from store.database import Store
from store.errors import (
    ClosedError,
    DatabaseError,
    HoneError,
    MissingError,
    NotAllowedError,
    UnfitError,
)
from store.messages import Actor
from store.writer import WriteError

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes; more comes as several requests."""
LONGEST_SENTENCE = 500
LONGEST_TOKEN = 200
SIDE_BY_SIDE = 8
"""Requests at work at a time, on threads of their own: programs must not take those that serve pages."""
UNPROVEN = "Expected an access token as `Authorization: Bearer …`; one is issued under Account."
LINES = "application/x-ndjson"
STATUS = {
    NotAllowedError: 403,
    MissingError: 404,
    UnfitError: 422,
    ClosedError: 503,
    DatabaseError: 503,
    WriteError: 503,
    HoneError: 409,
}
"""By what went wrong, the most telling kind first."""

R = TypeVar("R")


class Refusal(Exception):  # noqa: N818  # it is an answer
    """What is answered in place of a reply."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.response = JSONResponse({"error": sentence}, status_code=status, headers=headers)


@dataclass(slots=True)
class Desk:
    """Whom the door asks, how fast, and on how many threads."""

    store: Store
    pace: Pace = field(default_factory=Pace)
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SIDE_BY_SIDE))

    async def work(self, task: Callable[[], R]) -> R:
        """What the task returns, done on one of the door's threads."""
        return await to_thread.run_sync(task, limiter=self.limiter)

    async def actor(self, request: Request) -> Actor | None:
        """For whom the request's token acts."""
        token = bearer(request)
        return await self.work(partial(people.program_of, self.store, token)) if token else None


def bearer(request: Request) -> str:
    """The token of a request; empty where there is none that could be one."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    fits = scheme.lower() == "bearer" and token.isascii() and len(token) <= LONGEST_TOKEN
    return token if fits else ""


async def answer(desk: Desk, operation: Operation, request: Request) -> Response:
    """The operation's reply, or a sentence that says why there is none."""
    try:
        actor = await _welcomed(desk, request)
        asked = _parsed(operation, await _fields(operation, request))
        first = await desk.work(partial(_asked, desk.store, operation, actor, asked))
    except Refusal as refusal:
        return refusal.response
    except HoneError as error:
        return refused(error).response
    if operation.lines is None:
        return Response(operation.page.dump_json(first), media_type="application/json")
    return StreamingResponse(_lines(desk, operation, request, first), media_type=LINES)


def refused(error: HoneError) -> Refusal:
    """The error as an answer."""
    status = next(code for kind, code in STATUS.items() if isinstance(error, kind))
    return Refusal(status, str(error))


async def _welcomed(desk: Desk, request: Request) -> Actor:
    """For whom the request asks, if that is somebody and they do not ask too fast."""
    actor = await desk.actor(request)
    if actor is None:
        raise Refusal(401, UNPROVEN, {"WWW-Authenticate": "Bearer"})
    wait = desk.pace.wait(actor.annotator_id, time.monotonic())
    if wait:
        seconds = math.ceil(wait)
        sentence = f"Too many requests; go on in {seconds} s, and a little slower."
        raise Refusal(429, sentence, {"Retry-After": str(seconds)})
    return actor


async def _fields(operation: Operation, request: Request) -> dict[str, Any]:
    """What the request says, by field of the verb's request."""
    told: dict[str, Any] = dict(request.path_params)
    if operation.method in {"GET", "DELETE"}:
        query = request.query_params
        besides: Any = {
            name: query.getlist(name) if name in operation.many else query[name] for name in query
        }
    else:
        besides = _json(await _body(request))
    if operation.body is not None:
        return {**told, operation.body: besides}
    if not isinstance(besides, dict):
        raise Refusal(422, "Expected a JSON object.")
    return {**besides, **told}  # what the path names, no body says otherwise


async def _body(request: Request) -> bytes:
    """The body, unless it is too large: then no more of it is read than was allowed."""
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST_REQUEST:
                sentence = f"Expected at most {LARGEST_REQUEST} bytes; send it in parts."
                raise Refusal(413, sentence, {"Connection": "close"})
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise Refusal(400, "The request ended early.") from error
    return b"".join(chunks)


def _json(body: bytes) -> Any:  # noqa: ANN401  # whatever came
    try:
        return from_json(body, allow_inf_nan=False) if body else {}
    except ValueError as error:
        raise Refusal(422, f"Expected JSON: {error}.") from error


def _parsed(operation: Operation, told: dict[str, Any]) -> Any:  # noqa: ANN401  # the verb's request
    try:
        return operation.request.validate_python(told, extra="forbid")
    except ValidationError as error:
        # Of what may be one thing or another, the deepest fault is of the one that was meant.
        deepest = max(error.errors(include_url=False, include_input=False), key=lambda one: len(one["loc"]))
        where = ".".join(map(str, deepest["loc"]))
        sentence = f"Expected a request that fits {operation.name}; {where} does not: {deepest['msg']}."
        raise Refusal(422, sentence[:LONGEST_SENTENCE]) from error


def _asked(store: Store, operation: Operation, actor: Actor, request: object) -> Any:  # noqa: ANN401
    try:
        return operation.verb(store, actor, request)
    except (OverflowError, UnicodeEncodeError) as error:
        raise UnfitError(f"Expected values that can be kept; {error}.") from error


async def _lines(desk: Desk, operation: Operation, request: Request, page: Any) -> AsyncIterator[bytes]:  # noqa: ANN401
    """Page after page; the stream is cut where a token ended or the store was closed meanwhile."""
    name = str(operation.lines)
    while True:
        lines = getattr(page, name)
        yield b"".join(operation.reply.dump_json(one) + b"\n" for one in lines)
        if not page.more:
            return
        actor = await desk.actor(request)
        if actor is None:
            raise ConnectionAbortedError("The token has ended.")
        asked = _parsed(operation, {"after": lines[-1].cursor})
        page = await desk.work(partial(_asked, desk.store, operation, actor, asked))
