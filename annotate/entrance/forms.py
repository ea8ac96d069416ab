"""What every plain form has: its fields, and a token that must equal a cookie (double submit), so that no
other site can send it; cookies that scripts cannot read; and bodies that are not read without end."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import Response

CSRF_COOKIE = "hone_csrf"
LONGEST_FIELD = 1024


async def fields(request: Request) -> dict[str, str]:
    """The form's fields as short texts."""
    async with request.form(max_files=0, max_fields=8) as form:
        return {name: str(value)[:LONGEST_FIELD] for name, value in form.items()}


async def body(request: Request, most: int) -> bytes | None:
    """What was sent, or None where it is more than so many bytes; no more than that is read."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > most:
            return None
    return bytes(read)


def is_ours(request: Request, form: dict[str, str]) -> bool:
    """Whether a page of ours sent it."""
    sent = form.get("csrf", "")
    return bool(sent) and secrets.compare_digest(sent.encode(), request.cookies.get(CSRF_COOKIE, "").encode())


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    """A cookie for this site alone; where the page is secure, it is never sent in the clear."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
