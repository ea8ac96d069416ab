"""The client of the endpoint at which a chat's models answer: the home's own, or any OpenAI-compatible one.

Whatever goes wrong is one sentence that a person may read and that names no model; what engineers need to
know besides goes to the log. Knows neither the chat nor the page.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import httpx
from pydantic import BaseModel, ValidationError

from annotate.chat.event_stream import BrokenStreamError, Piece, UnreadableStreamError, pieces
from annotate.chat.pairing import Variant
from store.announced import announced
from store.chats import ChatSettings
from store.errors import HoneError
from store.home import Home
from store.records import Turn

LONGEST_ANSWER: Final = 100_000
"""Characters; what goes on beyond them has no end."""
MOST_MODELS: Final = 100
LARGEST_LIST: Final = 4 * 1024 * 1024
"""Bytes of a list of models."""
LOGGED: Final = 500
"""Bytes of what an endpoint says about a failure that go to the log."""
LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why there is no answer; by its key the catalogue says it in other languages."""

    sentence: str
    key: str


NOT_SERVED: Final = Why(
    sentence="No model answers here at the moment; your message is kept. Try again in a minute.",
    key="not_served",
)
NO_MODEL: Final = Why(
    sentence="The endpoint has no model that could answer; your message is kept. Tell an engineer.",
    key="no_model",
)
UNREACHED: Final = Why(
    sentence="The models cannot be reached; your message is kept. Try again in a moment.", key="unreached"
)
SILENT: Final = Why(
    sentence="The models said nothing for {seconds:.0f} seconds; your message is kept. Try again.",
    key="silent",
)
SLOW: Final = Why(
    sentence="An answer took longer than {seconds:.0f} seconds; your message is kept. Try again.",
    key="slow_answer",
)
BROKEN: Final = Why(
    sentence="An answer broke off before its end; your message is kept. Try again.", key="answer_broken"
)
ENDLESS: Final = Why(
    sentence="An answer did not come to an end; your message is kept. Try again.", key="answer_endless"
)
EMPTY: Final = Why(sentence="An answer had no words; your message is kept. Try again.", key="answer_empty")
MISUNDERSTOOD: Final = Why(
    sentence="The endpoint sent what is no answer; your message is kept. Tell an engineer.", key="no_answer"
)
NO_KEY: Final = Why(
    sentence="The endpoint's key is missing from the environment; your message is kept. Tell an engineer.",
    key="no_key",
)
WRONG_KEY: Final = Why(
    sentence="The endpoint does not accept the key; your message is kept. Tell an engineer.", key="wrong_key"
)
REFUSED: Final = {
    401: WRONG_KEY,
    403: WRONG_KEY,
    404: Why(
        sentence="The endpoint does not know what it was asked for; your message is kept. Tell an engineer.",
        key="unknown_to_endpoint",
    ),
    429: Why(sentence="The models are busy; your message is kept. Try again in a minute.", key="models_busy"),
}
FAILED: Final = Why(
    sentence="The endpoint failed with code {code}; your message is kept. Try again, or tell an engineer.",
    key="endpoint_failed",
)


NEVER_REACHED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
)


class ResponderError(HoneError):
    """No answer, and why, in a sentence for whoever asked."""

    def __init__(self, why: Why, **values: float) -> None:
        super().__init__(why.sentence.format(**values), why.key, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to ask; `foreign` tells an endpoint of the settings from the home's own."""

    url: str
    key: str
    foreign: bool

    @property
    def shown(self) -> str:
        """The address for logs: without the name, password or query that may be a key."""
        return re.sub("//.*@", "//", self.url).partition("?")[0]


class Model(BaseModel):
    """One of an endpoint's models."""

    id: str


class Models(BaseModel):
    """The reply to `GET /models`, as far as it is read."""

    data: list[Model]


def address_of(home: Home, settings: ChatSettings) -> Address:
    """Where the settings say, else where the home's policies are served; ResponderError if nowhere."""
    if settings.endpoint:
        key = os.environ.get(settings.key_variable, "") if settings.key_variable else ""
        if settings.key_variable and not (key and key.isascii()):
            LOG.warning("the environment has no key in %s, which [chat] names", settings.key_variable)
            raise ResponderError(NO_KEY)
        return Address(url=settings.endpoint.rstrip("/"), key=key, foreign=True)
    own = announced(home)
    if own is None:
        raise ResponderError(NOT_SERVED)
    return Address(url=own.url, key=own.key, foreign=False)


class Responder:
    """An open connection to an endpoint; an async context manager."""

    def __init__(self, address: Address, settings: ChatSettings) -> None:
        self.address = address
        self._settings = settings
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {address.key}"} if address.key else {},
            timeout=httpx.Timeout(settings.silence_seconds, connect=settings.connect_seconds),
            trust_env=address.foreign,  # no proxy stands before the home's own endpoint
        )

    async def __aenter__(self) -> Responder:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._client.aclose()

    async def models(self) -> tuple[str, ...]:
        """Those that may answer, the newest first: the settings' own, else what the endpoint lists."""
        if self._settings.models:
            return self._settings.models
        with self._in_sentences():
            async with self._client.stream("GET", f"{self.address.url}/models") as response:
                await self._check(response)
                body = b""
                async for some in response.aiter_bytes():
                    body += some
                    if len(body) > LARGEST_LIST:
                        raise UnreadableStreamError("the list of models is too long")
            names = tuple(model.id for model in Models.model_validate_json(body).data[:MOST_MODELS])
        if not names:
            raise ResponderError(NO_MODEL)
        return names

    async def answer(self, turns: Sequence[Turn], variant: Variant) -> AsyncIterator[Piece]:
        """The variant's answer to the conversation, piece by piece; ResponderError if it is not whole."""
        until, length = time.monotonic() + self._settings.whole_seconds, 0
        asked = self._asked(turns, variant)
        with self._in_sentences():
            async with self._client.stream(
                "POST", f"{self.address.url}/chat/completions", json=asked
            ) as response:
                await self._check(response)
                if not response.headers.get("content-type", "").startswith("text/event-stream"):
                    raise UnreadableStreamError("the answer is not streamed")
                async for piece in pieces(self._in_time(response, until)):
                    length += len(piece.text)
                    if length > LONGEST_ANSWER:
                        raise ResponderError(ENDLESS)
                    yield piece

    def _asked(self, turns: Sequence[Turn], variant: Variant) -> dict[str, Any]:
        return {
            "model": variant.model,
            "messages": [{"role": turn.role, "content": turn.content} for turn in turns],
            "temperature": variant.temperature,
            "top_p": self._settings.top_p,
            "max_tokens": self._settings.max_tokens,
            "seed": variant.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    async def _in_time(self, response: httpx.Response, until: float) -> AsyncIterator[bytes]:
        async for some in response.aiter_bytes():
            if time.monotonic() > until:
                raise ResponderError(SLOW, seconds=self._settings.whole_seconds)
            yield some

    async def _check(self, response: httpx.Response) -> None:
        if response.status_code == httpx.codes.OK:
            return
        code, said = response.status_code, b""
        async for some in response.aiter_bytes():
            said += some
            if len(said) > LOGGED:
                break
        LOG.warning("%s answered %d: %r", self.address.shown, code, said[:LOGGED])
        raise ResponderError(REFUSED.get(code, FAILED), code=code)

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        try:
            yield
        except NEVER_REACHED as error:
            raise self._told(error, UNREACHED) from error
        except httpx.TimeoutException as error:
            raise self._told(error, SILENT, seconds=self._settings.silence_seconds) from error
        except (UnreadableStreamError, ValidationError) as error:
            raise self._told(error, MISUNDERSTOOD) from error
        except (BrokenStreamError, httpx.HTTPError) as error:
            raise self._told(error, BROKEN) from error

    def _told(self, error: Exception, why: Why, **values: float) -> ResponderError:
        said = "" if isinstance(error, httpx.InvalidURL) else error  # which would quote the address
        LOG.warning("%s: %s: %s", self.address.shown, type(error).__name__, said)
        return ResponderError(why, **values)
