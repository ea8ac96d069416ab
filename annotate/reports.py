"""The newest report, for those who watch rounds: a file that a round wrote, without scripts."""

from __future__ import annotations

from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from annotate import launch
from annotate.entrance import sign_in
from store.database import Store
from store.home import Home

PATH = "/report"


def newest(home: Home) -> Path | None:
    """The report of the last round that wrote one; it tells of all rounds up to its own."""
    return max(home.rounds.glob("[0-9]*/report.html"), key=lambda file: int(file.parent.name), default=None)


def routes(store: Store) -> list[Route]:
    """`GET /report`; the gate has let nobody in who is not signed in, the role is asked here."""

    async def show(request: Request) -> Response:
        token = request.cookies.get(sign_in.SESSION_COOKIE, "")
        actor = await run_in_threadpool(sign_in.actor, store, token)
        if actor is None or actor.role not in launch.MAY_LAUNCH:
            return PlainTextResponse("The report is for engineers.", status_code=403)
        file = await run_in_threadpool(newest, store.home)
        if file is None:
            return PlainTextResponse("There is no report yet; a finished round writes one.", status_code=404)
        return FileResponse(file, media_type="text/html")

    return [Route(PATH, show, methods=["GET"])]
