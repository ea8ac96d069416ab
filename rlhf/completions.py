"""OpenAI's chat completions as they go over the wire: a request parsed, replies, chunks and errors written.

Shapes as in OpenAI's reference (`chat.completion`, `chat.completion.chunk`). Knows no model and no server.
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from store.records import Turn

MOST_STOPS = 4
LIKELIEST = 1e-6
"""A nucleus of nothing is taken for the likeliest token alone."""
ROLES = {"developer": "system"}
"""Newer names of roles."""


class Part(BaseModel):
    """A piece of a message; only text is understood."""

    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]

    def turn(self) -> Turn:
        """The message as the store keeps it."""
        parts = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return Turn(role=ROLES.get(self.role, self.role), content=parts)


class StreamOptions(BaseModel):
    """What a stream tells besides."""

    include_usage: bool = False


class Asked(BaseModel):
    """`POST /v1/chat/completions`. Other fields are not looked at: newer clients send more."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] = 1.0
    top_p: Annotated[float, Field(ge=0, le=1)] = 1.0
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    seed: int | None = None
    stop: str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None = None
    n: Literal[1] = 1

    def turns(self) -> tuple[Turn, ...]:
        """The conversation."""
        return tuple(message.turn() for message in self.messages)

    def stops(self) -> tuple[str, ...]:
        """The words before which an answer ends."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(stop for stop in given if stop)

    def nucleus(self) -> float:
        """`top_p` as sampling takes it."""
        return max(self.top_p, LIKELIEST)

    def most_tokens(self, otherwise: int) -> int:
        """How long an answer may be."""
        return self.max_completion_tokens or self.max_tokens or otherwise

    def wants_usage(self) -> bool:
        """Whether a stream ends with what was counted."""
        return self.stream_options is not None and self.stream_options.include_usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was counted."""

    prompt_tokens: int
    completion_tokens: int

    def as_json(self) -> dict[str, int]:
        """As it is written."""
        total = self.prompt_tokens + self.completion_tokens
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": total,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One answer, by its id, as it is written whole or in chunks."""

    model: str
    completion_id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, text: str, finish_reason: str, usage: Usage) -> dict[str, Any]:
        """The answer in one piece."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
        return {**self._head("chat.completion"), "choices": [choice], "usage": usage.as_json()}

    def first(self) -> bytes:
        """The chunk that says who speaks."""
        return self._chunk({"role": "assistant", "content": ""}, None)

    def piece(self, text: str) -> bytes:
        """A chunk with some more words."""
        return self._chunk({"content": text}, None)

    def last(self, finish_reason: str) -> bytes:
        """The chunk that says why it ends."""
        return self._chunk({}, finish_reason)

    def counted(self, usage: Usage) -> bytes:
        """The chunk with what was counted, for who asked for it."""
        return event({**self._head("chat.completion.chunk"), "choices": [], "usage": usage.as_json()})

    def _chunk(self, delta: dict[str, str], finish_reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return event({**self._head("chat.completion.chunk"), "choices": [choice]})

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.completion_id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": None,
        }


DONE = b"data: [DONE]\n\n"
"""The end of a stream."""


def event(body: dict[str, Any]) -> bytes:
    """A server-sent event."""
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def fault(sentence: str, kind: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's clients read it."""
    return {"error": {"message": sentence, "type": kind, "param": param, "code": code}}


def misfit(error: ValidationError) -> dict[str, Any]:
    """What does not fit in a request, in a sentence that names where."""
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    sentence = f"Expected a chat completion request; {where} does not fit: {first['msg']}."
    return fault(sentence, "invalid_request_error", None, where)
