"""The route by which a chat's page hears two models answer at once.

All three are POST, with the session's cookie, the header `X-Hone: chat` (which no other site can send) and
a JSON body; they are refused with `{"error": "one sentence"}` and 401, 403, 409, 413 or 422.

`/api/chat/say`      {chat_id, turn_id, message, track, category, attack_vector, again} as in `SayInChat`,
                     without `system`, and `locale`. Keeps the message, then answers with frames. The same
                     `turn_id` again attaches to the answers that are under way, asks once more after a
                     failure, and is told `kept` where they are kept already.
`/api/chat/attach`   {}: the frames of what is under way for this person, from where it stands; else `idle`,
                     and the home's own models are woken: a page asks this when it opens.
`/api/chat/stop`     {}: gives up what is under way; the message stays pending. Answers {"stopped": true}.

Frames are lines of JSON (`application/x-ndjson`), at most one a place in 80 ms:

{"kind": "begun", "chat_id": …, "turn_id": …}   the message is durable: the composer may be emptied
{"kind": "text", "place": 0 or 1, "html": …}    the whole of this side so far, cleaned by `rendering`
{"kind": "end", "place": …, "html": …}          this side has ended
{"kind": "kept", "chat_id": …}                  the last: both are durable; run the page again
{"kind": "failed", "message": one sentence}     the last: the message is kept and can be sent again as it is
{"kind": "stopped"}                             the last: by /api/chat/stop, here or in another tab
{"kind": "idle"}                                the only one of attach when nothing is under way
{"kind": "wait"}                                nothing new for a while, the connection is alive

The work goes on when the browser goes away: `read_chat` then finds the pair (stage judge), or the message
still pending (stage answer). A person has one piece of work under way at most. No frame names a model.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from annotate.chat.answering import Answering, Frame
from annotate.chat.switchboard import Switchboard
from annotate.entrance import sign_in, sign_in_page
from annotate.entrance.forms import body
from annotate.words import ENGLISH
from store.database import Store
from store.errors import HoneError, NotAllowedError
from store.messages import Actor
from store.messages.chatting import SayInChat
from store.records import Track
from store.risks import AttackVector, Risk

HEADER: Final = "x-hone"
LARGEST_REQUEST: Final = 64 * 1024
"""Bytes; a message has at most 8,000 characters."""
UNREADABLE: Final = "This page and the server disagree about what was sent. Reload the page."
WAIT_SECONDS: Final = 10.0
"""Without anything new, a sign of life after so long."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""A proxy that gathers lines would keep them from whoever waits for words."""

Frames = AsyncIterator[Frame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the browser sends; see `SayInChat`."""

    chat_id: str
    turn_id: str
    message: str = ""
    track: Track = Track.HELPFULNESS
    category: Risk | None = None
    attack_vector: AttackVector | None = None
    again: bool = False
    locale: str = ENGLISH


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, status_code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status_code = status_code


Answer = Callable[[Request, Actor], Awaitable[Response]]


def routes(store: Store, switchboard: Switchboard) -> list[Route]:
    """The three of them."""

    def frames_of(running: Answering, request: Request) -> Response:
        return _stream(_frames(running, partial(_present, store, request)))

    async def say(request: Request, actor: Actor) -> Response:
        said, settings = await _said(request), await switchboard.settings()
        message = SayInChat(
            chat_id=said.chat_id,
            turn_id=said.turn_id,
            message=said.message,
            track=said.track,
            category=said.category,
            attack_vector=said.attack_vector,
            system=settings.system,
            again=said.again,
        )
        running = await switchboard.say(actor, message, said.locale)
        if running is None:
            return _stream(_only({"kind": "kept", "chat_id": said.chat_id}))
        return frames_of(running, request)

    async def attach(request: Request, actor: Actor) -> Response:
        running = switchboard.running(actor)
        if running is not None:
            return frames_of(running, request)
        switchboard.wake()
        return _stream(_only({"kind": "idle"}))

    async def stop(_request: Request, actor: Actor) -> Response:
        await switchboard.stop(actor)
        return JSONResponse({"stopped": True})

    asked = {"say": say, "attach": attach, "stop": stop}
    return [_route(store, name, answer) for name, answer in asked.items()]


def _route(store: Store, name: str, answer: Answer) -> Route:
    async def guarded(request: Request) -> Response:
        try:
            return await answer(request, await _who(store, request))
        except RefusedError as refused:
            return JSONResponse({"error": str(refused)}, status_code=refused.status_code)
        except HoneError as error:
            sentence = sign_in_page.said(request).refusal(error)
            return JSONResponse({"error": sentence}, 403 if isinstance(error, NotAllowedError) else 409)

    return Route(f"/api/chat/{name}", guarded, methods=["POST"])


async def _who(store: Store, request: Request) -> Actor:
    if not request.headers.get(HEADER):
        raise RefusedError(403, "Expected the header X-Hone, which the page sends; open the page again.")
    actor = await _present(store, request)
    if actor is None:
        raise RefusedError(401, "Sign in first.")
    return actor


async def _present(store: Store, request: Request) -> Actor | None:
    """Whose browser this is, if they are still signed in."""
    return await run_in_threadpool(sign_in.actor, store, request.cookies.get(sign_in.SESSION_COOKIE, ""))


async def _said(request: Request) -> Said:
    sent = await body(request, LARGEST_REQUEST)
    if sent is None:
        raise RefusedError(413, f"Expected at most {LARGEST_REQUEST} bytes. Shorten the message.")
    try:
        return TypeAdapter(Said).validate_json(sent)
    except ValidationError as error:
        raise RefusedError(422, UNREADABLE) from error


async def _frames(answering: Answering, present: Callable[[], Awaitable[Actor | None]]) -> Frames:
    """From where it stands to its end, or to the end of the sign-in."""
    message, seen = answering.message, [0, 0]
    yield {"kind": "begun", "chat_id": message.chat_id, "turn_id": message.turn_id}
    while await present() is not None:
        fresh = [place for place, side in enumerate(answering.sides) if side.changes != seen[place]]
        for place in fresh:
            seen[place] = answering.sides[place].changes
            yield answering.frame(place)
        if fresh:
            continue
        if answering.last is not None:
            yield answering.last
            return
        if not await answering.changed(WAIT_SECONDS):
            yield {"kind": "wait"}


async def _only(frame: Frame) -> Frames:
    yield frame


def _stream(frames: Frames) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        async for frame in frames:
            yield json.dumps(frame, ensure_ascii=False).encode() + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=HEADERS)
