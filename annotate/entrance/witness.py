"""What comes back to a browser that is signing in through an organisation: whether it is the provider's
answer, and in which cookies. Knows nothing of what they say."""

from __future__ import annotations

from http.cookies import SimpleCookie

from starlette.types import Message, Send

from annotate.entrance import provider
from annotate.entrance.logins import Logins

TO_THE_SCRIPT = [(b"location", b"/"), (b"content-length", b"0")]


def witnessed(logins: Logins, login: str, path: str, send: Send) -> Send:
    """Passes on what is sent. The provider's answer is noted; that it cannot be reached is one too, and leads
    back to the script, which ends the login in words."""
    replaced = False

    async def pass_on(message: Message) -> None:
        nonlocal replaced
        begins = message["type"] == "http.response.start"
        if begins and path == provider.CALLBACK:
            logins.answered(login, _set_cookies(message))
        if begins and path == provider.LEAVING and message["status"] >= 400:
            replaced = True
            logins.answered(login, {})
            await send({"type": "http.response.start", "status": 303, "headers": TO_THE_SCRIPT})
            await send({"type": "http.response.body", "body": b""})
        elif not replaced:
            await send(message)

    return pass_on


def _set_cookies(message: Message) -> dict[str, str]:
    """The cookies that the response sets, by name."""
    found: dict[str, str] = {}
    for name, value in message["headers"]:
        if name.lower() == b"set-cookie":
            found |= {one: morsel.value for one, morsel in SimpleCookie(value.decode("latin-1")).items()}
    return found
