"""`/api`: what the pages ask of the store, for programs. One verb a request, JSON in and out.

A program proves itself with the home's token (`owner.json`, readable by the home's owner only) and then acts
as its administrator, or, where it names one in `X-Hone-As`, as a simulated annotator.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from annotate.entrance.forms import body
from annotate.ownership import Tenure
from store.database import Store
from store.errors import HoneError, NotAllowedError
from store.jobs import Job, Jobs
from store.messages import Actor, CountHome
from store.verbs import VERBS, Verb, count_home
from store.verbs.roles import HONE, simulated

LARGEST_REQUEST = 4 * 1024 * 1024
"""Bytes; the largest request is a label with a long comment, the rest goes through the inbox."""
UNPROVEN = "Expected the home's token as `Authorization: Bearer …`; it is in owner.json."
ASYNC = "respond-async"
"""What RFC 7240 has a client say who would rather ask again than wait long."""
PATIENCE = 1.0
"""Seconds that such a client waits at a time."""


def routes(tenure: Tenure) -> list[Route]:
    """`GET /api/health`, `POST /api/verbs/{name}` and `GET /api/jobs/{id}`.

    Who sends `Prefer: respond-async` waits a second for the reply; what takes longer is answered with 202,
    how far it is, and the id of a job to ask after.
    """

    async def health(_request: Request) -> Response:
        try:
            await run_in_threadpool(count_home, tenure.store, HONE, CountHome())
        except HoneError as error:
            return _error(503, str(error))
        return JSONResponse({"status": "ok"})

    async def ask(request: Request) -> Response:
        if not tenure.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _error(401, UNPROVEN)
        name = request.path_params["name"]
        if name not in VERBS:
            return _error(404, f"There is no verb {name}; known are {', '.join(sorted(VERBS))}.")
        sent = await body(request, LARGEST_REQUEST)
        if sent is None:
            return _error(
                413, f"Expected at most {LARGEST_REQUEST} bytes; publish what is larger as a bundle."
            )
        work = partial(_answer, tenure.store, VERBS[name], sent, request.headers.get("x-hone-as"))
        if request.headers.get("prefer") != ASYNC:
            return await run_in_threadpool(work)
        return await run_in_threadpool(_begun, tenure.store.jobs, work)

    return [
        Route("/api/health", health, methods=["GET"]),
        Route("/api/verbs/{name}", ask, methods=["POST"]),
        _jobs(tenure),
    ]


def _jobs(tenure: Tenure) -> Route:
    async def look(request: Request) -> Response:
        if not tenure.accepts(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _error(401, UNPROVEN)
        job = tenure.store.jobs.get(request.path_params["job_id"])
        if job is None:
            return _error(404, "There is no such job, or its reply was fetched already; ask the verb again.")
        return await run_in_threadpool(_fetched, tenure.store.jobs, job)

    return Route("/api/jobs/{job_id}", look, methods=["GET"])


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


def _begun(jobs: Jobs, work: Callable[[], Response]) -> Response:
    try:
        job = jobs.begin(work)
    except HoneError as error:
        return _error(409, str(error))
    return _fetched(jobs, job)


def _fetched(jobs: Jobs, job: Job) -> Response:
    """The job's reply, or how far it is."""
    if not jobs.fetch(job, PATIENCE):
        far = {"job": job.job_id, "stage": job.stage, "fraction": job.fraction, "message": job.message}
        return JSONResponse(far, status_code=202)
    if job.error is not None:
        raise job.error
    response: Response = job.result
    return response


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
