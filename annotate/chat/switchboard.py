"""The messages that are being answered: one a person at most, whoever watches. Knows no request.

Used from the server's own loop only.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from starlette.concurrency import run_in_threadpool

from annotate.chat.answering import Answering
from annotate.chat.responder import Responder, address_of
from store.chats import ChatSettings
from store.database import Store
from store.errors import HoneError, RequestError
from store.messages import Actor
from store.messages.chatting import PendingMessage, SayInChat
from store.settings import load_section
from store.verbs import say_in_chat


class Switchboard:
    """What is under way, by annotator."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way: dict[str, tuple[Answering, asyncio.Task[None]]] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waking: asyncio.Task[None] | None = None

    async def say(self, actor: Actor, request: SayInChat, locale: str) -> Answering | None:
        """Keeps the message and sets to work, or joins the work on it; None where it was answered already."""
        async with self._turns[actor.annotator_id]:
            running = self.running(actor)
            if running is None:
                return await self._begin(actor, request, locale)
            if running.message.turn_id != request.turn_id:
                raise RequestError(
                    "Your last message is still being answered; wait for it, or stop it.",
                    key="being_answered",
                )
            return running

    def running(self, actor: Actor) -> Answering | None:
        """What is under way for this person."""
        answering, _ = self._under_way.get(actor.annotator_id, (None, None))
        return answering

    async def stop(self, actor: Actor) -> None:
        """Gives up what is under way for this person; the message stays pending."""
        if actor.annotator_id in self._under_way:
            _, task = self._under_way[actor.annotator_id]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def wake(self) -> None:
        """Lets the home's own models be loaded while somebody still writes; returns at once."""
        if self._waking is None or self._waking.done():
            self._waking = asyncio.create_task(self._wake())

    async def close(self) -> None:
        """Gives up what is under way, before the store is closed; the messages stay pending."""
        tasks = [task for _, task in self._under_way.values()] + ([self._waking] if self._waking else [])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _begin(self, actor: Actor, request: SayInChat, locale: str) -> Answering | None:
        message = await run_in_threadpool(say_in_chat, self._store, actor, request)
        if not isinstance(message, PendingMessage):
            return None
        answering = Answering(self._store, actor, message, await self.settings(), locale)
        task = asyncio.create_task(answering.work())
        self._under_way[actor.annotator_id] = answering, task
        task.add_done_callback(lambda _task: self._under_way.pop(actor.annotator_id, None))
        return answering

    async def settings(self) -> ChatSettings:
        """As hone.toml says now."""
        return await run_in_threadpool(load_section, ChatSettings, "chat", self._store.home.settings)

    async def _wake(self) -> None:
        try:
            settings = await self.settings()
            address = address_of(self._store.home, settings)
            if not address.foreign:
                async with Responder(address, settings) as responder:
                    await responder.models()
        except HoneError:
            return  # whoever sends a message is told
