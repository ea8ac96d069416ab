"""Prompts as JSON lines: `{"prompt": text or turns, "track"?, "split"?, "category"?}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import pydantic
from pydantic import TypeAdapter

from store.door import Door
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.publishing import UNKNOWN_TIME, ImportReport, publish, split_of
from store.identity import identity
from store.records import Fact, Prompt, Split, Track, Turn


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Message:
    """One turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Row:
    """A line of the file."""

    prompt: str | list[Message]
    track: Track = Track.HELPFULNESS
    split: Split | None = None
    category: str | None = None


def read(paths: Sequence[Path]) -> Iterator[Prompt | BadRow]:
    """Every row of the files, in order, as a prompt or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            yield _prompt(parsed(line, adapter), line.file.name)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_prompts(door: Door, paths: Sequence[Path]) -> ImportReport:
    """Brings the files into the door's home; again adds nothing."""
    return publish(door, "prompts", read(paths), facts, lambda counts: counts.prompts)


def facts(prompts: Sequence[Prompt]) -> Mapping[str, Sequence[Fact]]:
    """The prompts, by table."""
    return {"prompts": prompts}


def _prompt(row: Row, source: str) -> Prompt:
    turns = _turns(row.prompt)
    prompt_id = identity("prompt", [[turn.role, turn.content] for turn in turns])
    return Prompt(
        prompt_id=prompt_id,
        turns=turns,
        track=row.track,
        split=row.split or split_of(turns),
        category=row.category,
        source=source,
        made_at=UNKNOWN_TIME,
    )


def _turns(prompt: str | list[Message]) -> tuple[Turn, ...]:
    messages = [Message("user", prompt)] if isinstance(prompt, str) else prompt
    turns = tuple(Turn(role=one.role, content=one.content.strip()) for one in messages)
    if not turns or turns[-1].role != "user":
        raise RowError("prompt: expected a conversation that ends with a turn of the user")
    if not turns[-1].content:
        raise RowError("prompt: it is empty")
    return turns
