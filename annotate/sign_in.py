"""Signing in and out: two plain forms, a session cookie that scripts cannot read, and who that cookie is.

Passwords, tokens and throttling are the store's. Both forms carry a token that must equal a cookie (double
submit), so that no other site can send them.
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

import streamlit
from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from store import people
from store.database import Store
from store.errors import RequestError
from store.messages import Actor

SESSION_COOKIE = "hone_session"
CSRF_COOKIE = "hone_csrf"
SESSION_SECONDS = 12 * 3600
LONGEST_FIELD = 1024
SIDE_BY_SIDE = 2
"""Sign-ins at a time, on threads of their own: a flood of them must not take the threads that serve pages."""
WRONG = "The name or the password is wrong."
STALE = "This page had expired. Please try again."


def actor(store: Store, token: str) -> Actor | None:
    """Who holds this session, if it is live."""
    return people.actor_of(store, token)


def routes(store: Store) -> list[Route]:
    """`/sign-in` (a page and its form) and `/sign-out` (a form)."""

    async def show(request: Request) -> Response:
        if await run_in_threadpool(actor, store, request.cookies.get(SESSION_COOKIE, "")):
            return RedirectResponse("/", status_code=303)
        return _page(request)

    side_by_side = CapacityLimiter(SIDE_BY_SIDE)

    async def enter(request: Request) -> Response:
        form = await _fields(request)
        name = form["name"].strip()
        if not _is_ours(request, form["csrf"]):
            return _page(request, STALE, name, status_code=403)
        try:
            token = await to_thread.run_sync(
                people.authenticate, store, name, form["password"], _address(request), limiter=side_by_side
            )
        except RequestError as error:
            return _page(request, str(error), name, status_code=429)
        return _welcome(request, token) if token else _page(request, WRONG, name, status_code=401)

    async def leave(request: Request) -> Response:
        form = await _fields(request)
        if not _is_ours(request, form["csrf"]):
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


def _address(request: Request) -> str:
    """Where the connection comes from. No header is read here: whoever guesses would write what he likes."""
    return request.client.host if request.client else ""


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields as short texts; absent ones are empty."""
    async with request.form(max_files=0, max_fields=8) as form:
        sent = {name: str(value)[:LONGEST_FIELD] for name, value in form.items()}
    return {"name": "", "password": "", "csrf": "", **sent}


def _is_ours(request: Request, sent: str) -> bool:
    return bool(sent) and secrets.compare_digest(sent.encode(), request.cookies.get(CSRF_COOKIE, "").encode())


def _page(request: Request, problem: str = "", name: str = "", status_code: int = 200) -> HTMLResponse:
    """The form; after a problem with the name that was given, and the cursor in the password."""
    csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
    page = _template().substitute(
        csrf=escape(csrf),
        problem=escape(problem),
        name=escape(name),
        name_first="" if name else "autofocus",
        password_first="autofocus" if name else "",
        font=_font(),
    )
    response = HTMLResponse(page, status_code=status_code, headers={"Cache-Control": "no-store"})
    _set_cookie(request, response, CSRF_COOKIE, csrf)
    return response


def _welcome(request: Request, token: str) -> RedirectResponse:
    response = RedirectResponse("/", status_code=303)
    _set_cookie(request, response, SESSION_COOKIE, token)
    # Anew, so that it lasts as long as the sign-in: signing out takes it.
    _set_cookie(request, response, CSRF_COOKIE, request.cookies[CSRF_COOKIE])
    return response


def _set_cookie(request: Request, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template((Path(__file__).parent / "templates" / "sign_in.html").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _font() -> str:
    """The address of the font that Streamlit brings along."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "media"
    return f"/static/media/{next(folder.glob('SourceSansVF-Upright*.woff2')).name}"
