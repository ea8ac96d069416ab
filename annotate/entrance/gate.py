"""Who gets in: without a sign-in, nothing but the sign-in page, static files, health and `/api` is answered.

Pure ASGI and around everything, so that Streamlit's pages, sockets, media, uploads and metrics all lie
behind it. Knows paths and cookies; whether a token is good, the store says. A browser that is signing in
through an organisation gets as far as that takes: to the script, which shows it nothing else, and to the
provider.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from annotate.entrance import language, organisation, provider, sign_in
from annotate.entrance.logins import Logins
from annotate.entrance.witness import witnessed
from store.database import Store
from store.records import now

OPEN_PATHS = frozenset(
    {"/sign-in", organisation.BEGIN, organisation.TICKET, language.PATH, "/api/health", "/favicon.png"}
)
OPEN_FOLDERS = ("/api/v1/", "/api/verbs/", "/api/jobs/", "/static/")
"""Answered to anyone; `/api` asks for its own token, and `/static/` holds Streamlit's own bundle."""
USUAL_PORTS = {"http": 80, "https": 443}
LOGIN_PATHS = frozenset(
    {"/", "/_stcore/health", "/_stcore/host-config", "/_stcore/stream", provider.LEAVING, provider.CALLBACK}
)
LOGIN_FOLDER = "/_stcore/bidi-components/"


class Gate:
    """ASGI middleware that lets a request pass if its path is open or its cookie is a live sign-in."""

    def __init__(self, app: ASGIApp, store: Store, logins: Logins) -> None:
        self.app = app
        self.store = store
        self.logins = logins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses it."""
        if scope["type"] == "websocket" and is_neighbour(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008, "reason": "Open the app's own page."})
        elif scope["type"] == "lifespan" or _is_open(scope["path"]) or await self._is_signed_in(scope):
            await self.app(scope, receive, send)
        elif login := self._login(scope):
            await self.app(scope, receive, witnessed(self.logins, login, scope["path"], send))
        elif scope["type"] == "websocket":
            # Closed before it is accepted, a socket is refused with 403.
            await send({"type": "websocket.close", "code": 1008, "reason": "Sign in first."})
        else:
            await _refusal(scope)(scope, receive, send)

    async def _is_signed_in(self, scope: Scope) -> bool:
        token = cookie(Headers(scope=scope).get("cookie", ""), sign_in.SESSION_COOKIE)
        return token is not None and await run_in_threadpool(sign_in.actor, self.store, token) is not None

    def _login(self, scope: Scope) -> str | None:
        """The login that is under way in this browser, where it leads to this path."""
        if scope["path"] not in LOGIN_PATHS and not scope["path"].startswith(LOGIN_FOLDER):
            return None
        name = cookie(Headers(scope=scope).get("cookie", ""), organisation.LOGIN_COOKIE)
        return name if self.logins.is_under_way(name, now()) else None


def cookie(header: str, name: str) -> str | None:
    """The named cookie's value in a Cookie header."""
    try:
        jar = SimpleCookie(header)
    except CookieError:
        return None
    return jar[name].value if name in jar else None


def is_neighbour(headers: Headers) -> bool:
    """Whether a page of another port of this host asks, to which browsers lend our cookies all the same."""
    origin, host = urlsplit(headers.get("origin", "")), urlsplit(f"//{headers.get('host', '')}")
    usual = USUAL_PORTS.get(origin.scheme)
    try:
        ports = origin.port or usual, host.port or usual
    except ValueError:  # no number: no browser of ours
        return True
    return origin.hostname == host.hostname and ports[0] != ports[1]


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def _refusal(scope: Scope) -> Response:
    """A person who opens a page is led to the sign-in; anything else is told no."""
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    if scope["method"] == "GET" and wants_page:
        return RedirectResponse("/sign-in", status_code=303)
    return PlainTextResponse("Sign in first.", status_code=401)
