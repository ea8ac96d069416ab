"""The server-sent events of a streamed chat completion, read with suspicion: bytes in, pieces of it out.

Knows the wire, not who sends. Whatever is not as OpenAI's reference says is an error.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ValidationError

LONGEST_LINE: Final = 1024 * 1024
"""Bytes of one event; a chunk has some words."""
DONE: Final = b"[DONE]"


class BrokenStreamError(Exception):
    """The stream is none, or ended too early; in words for engineers."""


class UnreadableStreamError(BrokenStreamError):
    """What came is no stream of chunks at all."""


class Delta(BaseModel):
    """What a chunk adds."""

    content: str | None = None


class Choice(BaseModel):
    """The one answer in a chunk."""

    delta: Delta = Delta()
    finish_reason: str | None = None


class Usage(BaseModel):
    """What was counted."""

    completion_tokens: int = 0


class Fault(BaseModel):
    """What went wrong on the other side."""

    message: str = ""


class Chunk(BaseModel):
    """One event."""

    choices: list[Choice] = []
    usage: Usage | None = None
    error: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words, or why the answer ended, or how many tokens it had."""

    text: str = ""
    finish_reason: str | None = None
    token_count: int | None = None


async def pieces(body: AsyncIterator[bytes]) -> AsyncIterator[Piece]:
    """The answer piece by piece; raises BrokenStreamError when it does not come to its end."""
    ended = False
    async for line in _lines(body):
        if not line.startswith(b"data:"):
            continue  # a comment, or a field that says nothing to us
        data = line[len(b"data:") :].strip()
        if data == DONE:
            return
        for piece in _read(data):
            ended = ended or piece.finish_reason is not None
            yield piece
    if not ended:
        raise BrokenStreamError("the stream ended before the answer did")


def _read(data: bytes) -> list[Piece]:
    try:
        chunk = Chunk.model_validate_json(data)
    except ValidationError as error:
        raise UnreadableStreamError(f"an event is no chunk of a completion: {data[:200]!r}") from error
    if chunk.error is not None:
        raise BrokenStreamError(f"the endpoint failed in mid-answer: {chunk.error.message[:200]}")
    said = [
        Piece(text=choice.delta.content or "", finish_reason=choice.finish_reason)
        for choice in chunk.choices[:1]
    ]
    return [*said, Piece(token_count=chunk.usage.completion_tokens)] if chunk.usage else said


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    kept = b""
    async for some in body:
        *whole, kept = (kept + some).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r")
        if len(kept) > LONGEST_LINE:
            raise UnreadableStreamError(f"an event is longer than {LONGEST_LINE} bytes")
    yield kept.rstrip(b"\r")
