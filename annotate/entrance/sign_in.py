"""Signing in and out: two plain forms, a session cookie that scripts cannot read, and who that cookie is.

Passwords, tokens and throttling are the store's; an organisation's accounts are
`annotate.entrance.organisation`'s.
"""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from annotate.entrance import sign_in_page
from annotate.entrance.device import device
from annotate.entrance.forms import CSRF_COOKIE, fields, is_ours, set_cookie
from annotate.entrance.sign_in_page import SESSION_SECONDS
from store import people
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Role

SESSION_COOKIE = "hone_session"
FIRST = {Role.REVIEWER: "/review", Role.ENGINEER: "/rounds"}
"""Where a role begins its day, if not on the first page of all."""
SIDE_BY_SIDE = 2
"""Sign-ins at a time, on threads of their own: a flood of them must not take the threads that serve pages."""


def actor(store: Store, token: str) -> Actor | None:
    """Who holds this session, if it is live."""
    return people.actor_of(store, token)


def routes(store: Store) -> list[Route]:
    """`/sign-in` (a page and its form) and `/sign-out` (a form)."""

    async def show(request: Request) -> Response:
        if await run_in_threadpool(actor, store, request.cookies.get(SESSION_COOKIE, "")):
            return RedirectResponse("/", status_code=303)
        return sign_in_page.shown(request, store.home)

    side_by_side = CapacityLimiter(SIDE_BY_SIDE)

    async def enter(request: Request) -> Response:
        form = await fields(request)
        name, said = form.get("name", "").strip(), sign_in_page.said(request)
        if not is_ours(request, form):
            return sign_in_page.shown(request, store.home, said.text("sign_in.stale"), name, 403)
        used, password = device(request.headers.get("user-agent", "")), form.get("password", "")
        try:
            token = await to_thread.run_sync(
                people.authenticate, store, name, password, address(request), used, limiter=side_by_side
            )
        except RequestError as error:
            status_code = 403 if isinstance(error, NotAllowedError) else 429
            return sign_in_page.shown(request, store.home, said.refusal(error), name, status_code)
        if token is None:
            return sign_in_page.shown(request, store.home, said.text("sign_in.wrong"), name, 401)
        return welcome(request, token, await run_in_threadpool(actor, store, token))

    async def leave(request: Request) -> Response:
        if not is_ours(request, await fields(request)):
            return RedirectResponse("/", status_code=303)
        await run_in_threadpool(people.sign_out, store, request.cookies.get(SESSION_COOKIE, ""))
        farewell = RedirectResponse("/sign-in", status_code=303)
        farewell.delete_cookie(SESSION_COOKIE)
        return farewell

    return [
        Route("/sign-in", show, methods=["GET"]),
        Route("/sign-in", enter, methods=["POST"]),
        Route("/sign-out", leave, methods=["POST"]),
    ]


def welcome(request: Request, token: str, arrived: Actor | None) -> RedirectResponse:
    """Into the app, to where their role begins its day, with a session that is this token's."""
    first = FIRST.get(arrived.role, "/") if arrived else "/"
    response = RedirectResponse(first, status_code=303)
    set_cookie(request, response, SESSION_COOKIE, token, SESSION_SECONDS)
    # Anew, so that it lasts as long as the sign-in: signing out takes it.
    set_cookie(request, response, CSRF_COOKIE, request.cookies[CSRF_COOKIE], SESSION_SECONDS)
    return response


def address(request: Request) -> str:
    """Where the connection comes from. Only a proxy on this machine is believed about whom it asks for (as
    Uvicorn does with X-Forwarded-For); one that passes on what guessers write there leaves a name its tries
    from anywhere."""
    return request.client.host if request.client else ""
