"""Where `/api/v1` lies: its operations, its description, its page, and whether all is well."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from annotate.v1.answering import Desk, Refusal, answer, refused
from annotate.v1.description import document
from annotate.v1.operation import ROOT
from annotate.v1.operations import OPERATIONS
from annotate.v1.page import page
from store.database import Store
from store.errors import HoneError
from store.messages import CountHome
from store.verbs import count_home
from store.verbs.roles import HONE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOWHERE = f"There is nothing here; {ROOT}/docs lists what there is."
Respond = Callable[[Request], Awaitable[Response]]


def routes(store: Store) -> list[Route]:
    """Everything below `/api/v1`; what is not there is said so in JSON."""
    desk = Desk(store)
    by_path: dict[str, dict[str, Respond]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = partial(answer, desk, operation)
    by_path["/health"] = {"GET": partial(_health, desk)}
    by_path["/openapi.json"] = {"GET": _description}
    by_path["/docs"] = {"GET": _page}
    return [*(_route(path, by_method) for path, by_method in by_path.items()), _route("/{path:path}", {})]


def _route(path: str, by_method: Mapping[str, Respond]) -> Route:
    """One route a path, so that a wrong method is told which are right."""

    async def respond(request: Request) -> Response:
        if not by_method:
            return Refusal(404, NOWHERE).response
        if request.method not in by_method:
            allowed = ", ".join(sorted(by_method))
            sentence = f"Expected {allowed} here; got {request.method}."
            return Refusal(405, sentence, {"Allow": allowed}).response
        return await by_method[request.method](request)

    # A name may hold a slash; of two that fit, the table's first is meant.
    named = path.replace("{thing}", "{thing:path}").replace("{policy}", "{policy:path}")
    return Route(ROOT + named, respond, methods=METHODS)


async def _health(desk: Desk, _request: Request) -> Response:
    try:
        await desk.work(partial(count_home, desk.store, HONE, CountHome()))
    except HoneError as error:
        return refused(error).response
    return JSONResponse({"status": "ok"})


async def _description(_request: Request) -> Response:
    return JSONResponse(document())


async def _page(_request: Request) -> Response:
    return HTMLResponse(page())
