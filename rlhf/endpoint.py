"""The policies of a home behind an OpenAI-compatible endpoint, in a process of their own.

`GET /v1/models`, `POST /v1/chat/completions` (with `stream` too) and `GET /health`; all but the last want the
key that `endpoint.json` holds. torch is loaded when somebody first asks for the models, not before.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from rlhf.completions import DONE, Asked, Completion, Usage, event, fault, misfit
from rlhf.served import Catalogue, Served
from store.errors import HoneError
from store.home import Home

if TYPE_CHECKING:
    from rlhf.speaking import Heard, Listener, Stage

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes; no conversation that a policy can read is longer."""
MOST_AT_ONCE = 32
"""Answers side by side; more would make everybody wait long for a word."""
LONGEST_ANSWER = 512
"""Tokens, where the request does not say."""
SEEDS = 2**31
GONE = 499
"""Nobody is there to read it; what nginx logs then."""
Answer = Callable[[Request], Awaitable[Response]]
WRONG = "invalid_request_error"
FAILED = "server_error"


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status_code: int, body: dict[str, Any]) -> None:
        super().__init__(status_code)
        self.status_code, self.body = status_code, body


class Endpoint:
    """What the routes share: the home's policies, the stage on which they speak, and the key."""

    def __init__(self, home: Home, key: str) -> None:
        self._catalogue = Catalogue(home)
        self._key = key
        self._stage: asyncio.Task[Stage] | None = None
        self._at_once = 0

    def app(self) -> Starlette:
        """The endpoint as an application."""
        return Starlette(
            routes=[
                Route("/health", self._health, methods=["GET"]),
                Route("/v1/models", self._guarded(self._models), methods=["GET"]),
                Route("/v1/chat/completions", self._guarded(self._complete), methods=["POST"]),
            ],
            exception_handlers={404: _not_here, 405: _not_here},
        )

    def _guarded(self, answer: Answer) -> Answer:
        async def guarded(request: Request) -> Response:
            sent = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not secrets.compare_digest(sent.encode(), self._key.encode()):
                sentence = "Expected the endpoint's key as `Authorization: Bearer …`; it is in endpoint.json."
                return JSONResponse(fault(sentence, WRONG, "invalid_api_key"), status_code=401)
            try:
                return await answer(request)
            except RefusedError as refused:
                return JSONResponse(refused.body, status_code=refused.status_code)
            except HoneError as error:
                return JSONResponse(fault(str(error), FAILED), status_code=503)

        return guarded

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _models(self, _request: Request) -> Response:
        served = await run_in_threadpool(self._catalogue.served)
        self._warmed()  # who asks for the models will soon ask one of them
        return JSONResponse({"object": "list", "data": [_model(one) for one in served]})

    async def _complete(self, request: Request) -> Response:
        asked = await _asked(request)
        served = await run_in_threadpool(self._catalogue.of, asked.model)
        if served is None:
            sentence = f"There is no policy {asked.model} here; GET /v1/models lists those that answer."
            raise RefusedError(404, fault(sentence, WRONG, "model_not_found", "model"))
        if self._at_once >= MOST_AT_ONCE:
            sentence = f"{MOST_AT_ONCE} answers are being given, which is the most; ask again in a moment."
            raise RefusedError(429, fault(sentence, "rate_limit_error", "busy"))
        answer = self._answer(served, asked)
        first = await anext(answer)  # a policy that cannot be loaded is told by the status
        if first.error:
            raise RefusedError(500, fault(first.error, FAILED))
        completion = Completion(model=asked.model)
        if asked.stream:
            chunks = _streamed(asked, completion, first, answer)
            return StreamingResponse(chunks, media_type="text/event-stream")
        return await _whole(request, completion, first, answer)

    async def _answer(self, served: Served, asked: Asked) -> AsyncGenerator[Heard]:
        """The pieces of the answer; the policy falls silent when nobody takes them any more."""
        self._at_once += 1
        stage = self._warmed()
        pieces: asyncio.Queue[Heard] = asyncio.Queue()
        gone = threading.Event()
        try:
            await asyncio.shield(stage)  # it is everybody's
            await run_in_threadpool(_begin, stage.result(), served, asked, _listener(pieces, gone))
            while True:
                heard = await pieces.get()
                yield heard
                if heard.is_last:
                    return
        finally:
            self._at_once -= 1
            gone.set()

    def _warmed(self) -> asyncio.Task[Stage]:
        """The stage, with all that it loads; begun once, and anew where that failed."""
        if self._stage is None or (self._stage.done() and self._stage.exception() is not None):
            self._stage = asyncio.create_task(run_in_threadpool(_new_stage))
        return self._stage


def _new_stage() -> Stage:
    from rlhf.speaking import Stage

    return Stage()


def _listener(pieces: asyncio.Queue[Heard], gone: threading.Event) -> Listener:
    from rlhf.speaking import Listener

    loop = asyncio.get_running_loop()

    def hear(heard: Heard) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(pieces.put_nowait, heard)

    return Listener(hear=hear, gone=gone)


def _begin(stage: Stage, served: Served, asked: Asked, listener: Listener) -> None:
    from rlhf.speaking import Question

    question = Question(
        turns=asked.turns(),
        temperature=asked.temperature,
        top_p=asked.nucleus(),
        max_tokens=asked.most_tokens(LONGEST_ANSWER),
        seed=secrets.randbelow(SEEDS) if asked.seed is None else asked.seed % SEEDS,
        stops=asked.stops(),
    )
    stage.begin(served.path, question, listener)


async def _asked(request: Request) -> Asked:
    body = bytearray()
    async for some in request.stream():
        body += some
        if len(body) > LARGEST_REQUEST:  # what is longer is not read to its end
            raise RefusedError(413, fault(f"Expected at most {LARGEST_REQUEST} bytes; got more.", WRONG))
    try:
        return Asked.model_validate_json(bytes(body))
    except ValidationError as error:
        raise RefusedError(400, misfit(error)) from error


async def _streamed(
    asked: Asked, completion: Completion, first: Heard, answer: AsyncGenerator[Heard]
) -> AsyncIterator[bytes]:
    yield completion.first()
    async with aclosing(answer):
        async for heard in _after(first, answer):
            if heard.text:
                yield completion.piece(heard.text)
            if heard.error:
                yield event(fault(heard.error, FAILED))
                return
            if heard.finish_reason is not None:
                yield completion.last(heard.finish_reason)
                if asked.wants_usage():
                    yield completion.counted(_usage(heard))
    yield DONE


async def _whole(
    request: Request, completion: Completion, first: Heard, answer: AsyncGenerator[Heard]
) -> Response:
    words: list[str] = []
    async with aclosing(answer):
        async for heard in _after(first, answer):
            words.append(heard.text)
            if heard.error:
                raise RefusedError(500, fault(heard.error, FAILED))
            if heard.finish_reason is not None:
                whole = completion.whole("".join(words), heard.finish_reason, _usage(heard))
                return JSONResponse(whole)
            if await request.is_disconnected():
                break
    return Response(status_code=GONE)


async def _after(first: Heard, answer: AsyncGenerator[Heard]) -> AsyncIterator[Heard]:
    yield first
    async for heard in answer:
        yield heard


def _usage(heard: Heard) -> Usage:
    return Usage(prompt_tokens=heard.prompt_tokens, completion_tokens=heard.token_count)


def _model(served: Served) -> dict[str, object]:
    return {"id": served.policy_id, "object": "model", "created": int(served.made_at), "owned_by": "hone"}


def _not_here(request: Request, error: Exception) -> Response:
    code = error.status_code if isinstance(error, HTTPException) else 404
    here = "/v1/models, /v1/chat/completions or /health"
    sentence = f"There is no {request.method} {request.url.path} here; ask {here}."
    return JSONResponse(fault(sentence, WRONG), status_code=code)
