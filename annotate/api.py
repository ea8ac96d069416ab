"""`/api`: what the pages ask of the store, for programs. One verb a request, JSON in and out.

A program proves itself with the home's token (`owner.json`, readable by the home's owner only) and then acts
as its administrator, or, where it names one in `X-Hone-As`, as a simulated annotator.
"""

from __future__ import annotations

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from annotate.ownership import Tenure
from store.database import Store
from store.errors import HoneError, NotAllowedError
from store.messages import Actor, CountHome
from store.verbs import VERBS, Verb, count_home
from store.verbs.roles import HONE, simulated

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes; the largest request is a label with a long comment, the rest goes through the inbox."""


def routes(tenure: Tenure) -> list[Route]:
    """`GET /api/health` and `POST /api/verbs/{name}`."""

    async def health(_request: Request) -> Response:
        try:
            await run_in_threadpool(count_home, tenure.store, HONE, CountHome())
        except HoneError as error:
            return _error(503, str(error))
        return JSONResponse({"status": "ok"})

    async def ask(request: Request) -> Response:
        if not tenure.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _error(401, "Expected the home's token as `Authorization: Bearer …`; it is in owner.json.")
        name = request.path_params["name"]
        if name not in VERBS:
            return _error(404, f"There is no verb {name}; known are {', '.join(sorted(VERBS))}.")
        body = await request.body()
        if len(body) > LARGEST_REQUEST:
            return _error(413, f"Expected at most {LARGEST_REQUEST} bytes; got {len(body)}.")
        return await run_in_threadpool(
            _answer, tenure.store, VERBS[name], body, request.headers.get("x-hone-as")
        )

    return [
        Route("/api/health", health, methods=["GET"]),
        Route("/api/verbs/{name}", ask, methods=["POST"]),
    ]


def _answer(store: Store, verb: Verb, body: bytes, on_behalf_of: str | None) -> Response:
    try:
        reply = verb.function(store, _actor(store, on_behalf_of), verb.request.validate_json(body))
    except ValidationError as error:
        return _error(422, _sentence(verb, error))
    except NotAllowedError as error:
        return _error(403, str(error))
    except HoneError as error:
        return _error(409, str(error))
    return JSONResponse({"ok": verb.reply.dump_python(reply, mode="json")})


def _actor(store: Store, on_behalf_of: str | None) -> Actor:
    if on_behalf_of is None:
        return HONE
    with store.reading() as db:
        return simulated(db, HONE, on_behalf_of)


def _sentence(verb: Verb, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    return f"Expected a request that fits {verb.function.__name__}; {where} does not: {first['msg']}."


def _error(status_code: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence}, status_code=status_code)
