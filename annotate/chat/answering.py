"""One message on its way to two answers: asks both variants at once, shows what they say, keeps the pair.

The work belongs to the message, not to a browser: who watches may come and go. Knows no route.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.concurrency import run_in_threadpool

from annotate.chat.pairing import Variant, pair, redrawn
from annotate.chat.responder import EMPTY, Responder, ResponderError, Why, address_of
from annotate.prose import showing, unfolding
from annotate.prose.rendering import fresh_html
from annotate.words import words
from store.blind import telling
from store.chats import ChatSettings
from store.database import Store
from store.errors import HoneError
from store.messages import Actor
from store.messages.chatting import KeepReplies, NoteFailure, PendingMessage, Reply
from store.verbs import keep_replies, note_failure

THROTTLE_SECONDS: Final = 0.08
"""Between two looks at an answer; more often nobody sees."""
RESTS: Final = 3.0
"""Rendering a long answer takes long: at least so many times as long it rests."""
MOST_ALIKE: Final = 2
"""How often one side is asked anew that says exactly what the other says: there is nothing to compare."""
LOST: Final = Why(
    sentence="The server failed while the models answered; your message is kept. Try again.",
    key="answers_lost",
)

Frame = dict[str, Any]


@dataclass(slots=True)
class Side:
    """One answer so far: what came, what is shown of it, and how often that changed."""

    text: str = ""
    ended: bool = False
    finish_reason: str = "stop"
    token_count: int = 0
    painted: tuple[str, bool] = ("", False)
    html: str = ""
    changes: int = 0


@dataclass(slots=True)
class Answering:
    """The work on one message. `last` is the frame that ends it."""

    store: Store
    actor: Actor
    message: PendingMessage
    settings: ChatSettings
    locale: str
    sides: tuple[Side, Side] = field(default_factory=lambda: (Side(), Side()))
    last: Frame | None = None
    names: frozenset[str] = frozenset()
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Until both answers are kept, or it is clear why not. A cancelled work is one that was stopped."""
        painting = asyncio.create_task(self._paint())
        try:
            async with Responder(address_of(self.store.home, self.settings), self.settings) as responder:
                replies = await self._replies(responder)
            painting.cancel()
            await self._paint_now()
            kept = KeepReplies(turn_id=self.message.turn_id, replies=replies)
            await run_in_threadpool(keep_replies, self.store, self.actor, kept)
            self._end({"kind": "kept", "chat_id": self.message.chat_id})
        except asyncio.CancelledError:
            self._end({"kind": "stopped"})
            raise
        except HoneError as error:
            await self._fail(error)
        except Exception:
            await self._fail(ResponderError(LOST))
            raise
        finally:
            painting.cancel()

    async def changed(self, seconds: float) -> bool:
        """Waits until there is something new to see; False when nothing came in that time."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return False
        return True

    def frame(self, place: int) -> Frame:
        """How the side that is seen at this place stands."""
        side = self.sides[place]
        return {"kind": "end" if side.painted[1] else "text", "place": place, "html": side.html}

    async def _replies(self, responder: Responder) -> tuple[Reply, Reply]:
        """Both answers, in the order of the comparison."""
        chance = random.Random()  # noqa: S311  # of the system's entropy, so that nobody foretells who is where
        models = await responder.models()
        self.names = await run_in_threadpool(showing.names, self.store) | telling(models)
        first, second = pair(models, self.settings.temperatures, chance)
        await _both(self._hear(responder, 0, first), self._hear(responder, 1, second))
        for _ in range(MOST_ALIKE):
            if self._side(0).text.strip() != self._side(1).text.strip():
                break
            second = redrawn(second, chance)
            self._begin_anew(1)
            await self._hear(responder, 1, second)
        return self._reply(responder, 0, first), self._reply(responder, 1, second)

    async def _hear(self, responder: Responder, response: int, variant: Variant) -> None:
        side = self._side(response)
        async for piece in responder.answer(self.message.turns, variant):
            side.text += piece.text
            side.finish_reason = piece.finish_reason or side.finish_reason
            side.token_count = side.token_count if piece.token_count is None else piece.token_count
            self._came.set()
        if not side.text.strip():
            raise ResponderError(EMPTY)
        side.ended = True
        self._came.set()

    def _reply(self, responder: Responder, response: int, variant: Variant) -> Reply:
        side, address = self._side(response), responder.address
        return Reply(
            model=variant.model,
            endpoint=address.url if address.foreign else "",
            text=side.text.strip(),
            temperature=variant.temperature,
            top_p=self.settings.top_p,
            seed=variant.seed,
            finish_reason="length" if side.finish_reason == "length" else "stop",
            token_count=side.token_count,
        )

    def _side(self, response: int) -> Side:
        return self.sides[self.message.shown_order.index(response)]

    def _begin_anew(self, response: int) -> None:
        side = self._side(response)
        side.text, side.ended = "", False

    async def _paint(self) -> None:
        while True:
            await self._came.wait()
            self._came.clear()
            began = time.monotonic()
            await self._paint_now()
            await asyncio.sleep(max(THROTTLE_SECONDS, RESTS * (time.monotonic() - began)))

    async def _paint_now(self) -> None:
        for side in self.sides:
            seen = (side.text, side.ended)
            if side.painted != seen:
                side.html = await run_in_threadpool(_html, seen, self.names, self.locale)
                side.painted, side.changes = seen, side.changes + 1
                self._tell()

    async def _fail(self, error: HoneError) -> None:
        sentence = words(self.locale).refusal(error)
        failure = NoteFailure(turn_id=self.message.turn_id, why=sentence)
        try:
            await run_in_threadpool(note_failure, self.store, self.actor, failure)
        except HoneError as another:  # taken back meanwhile, or the store is closed
            sentence = words(self.locale).refusal(another)
        self._end({"kind": "failed", "message": sentence})

    def _end(self, frame: Frame) -> None:
        self.last = frame
        self._tell()

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def _html(seen: tuple[str, bool], names: frozenset[str], locale: str) -> str:
    text, ended = seen
    shown = unfolding.whole(text, names) if ended else unfolding.unfolded(text, names)
    return fresh_html(shown, locale) if shown.strip() else ""


async def _both(one: Coroutine[Any, Any, None], other: Coroutine[Any, Any, None]) -> None:
    """Runs both; when one fails, the other ends too."""
    tasks = asyncio.create_task(one), asyncio.create_task(other)
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
