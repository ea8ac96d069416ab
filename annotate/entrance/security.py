"""Headers that keep the page to itself: no foreign script, image, frame or form, whatever model text says.

Streamlit's page carries one inline script; its hash is computed from the installed file, so that the policy
stays exact after an upgrade.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotate import reports

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
COMPONENT_ASSETS = "/_stcore/bidi-components/"
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox"
)
"""A report is one file of words and drawings: nothing in it may run, fetch or send."""


class SecurityHeaders:
    """ASGI middleware that adds the headers to every HTTP response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and adds the headers to what comes back."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_headers_for(scope["path"]))
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def _headers_for(path: str) -> dict[str, str]:
    headers = {
        "Content-Security-Policy": content_security_policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if path == reports.PATH:
        return {**headers, "Content-Security-Policy": REPORT_POLICY, "Cache-Control": "no-store"}
    # The deck's modules name one another without a version; after an upgrade, old and new must not mix.
    return {**headers, "Cache-Control": "no-cache"} if path.startswith(COMPONENT_ASSETS) else headers


@lru_cache(maxsize=1)
def content_security_policy() -> str:
    """The policy as one line; styles are inline because Streamlit makes them at run time."""
    scripts = " ".join(["'self'", *_inline_script_hashes()])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _inline_script_hashes() -> list[str]:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    digests = [hashlib.sha256(script.encode()).digest() for script in INLINE_SCRIPT.findall(page)]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]
