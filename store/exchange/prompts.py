"""Prompts as JSON lines: `{"prompt": text or turns}`, with `track`, `split`, `language`, `category`,
`attack_vector`, `author` and `meta` (JSON text) where they are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pydantic
from pydantic import TypeAdapter

from store.door import Door
from store.exchange.facts import identified
from store.exchange.format import Format, Wanted, facts_of
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.splitting import UNKNOWN_TIME, split_of
from store.records import Fact, Prompt, Split, Track, Turn

if TYPE_CHECKING:
    from pyarrow import Schema


@pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))
class Message:
    """One turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, kw_only=True)
class Told:
    """What may be told of a prompt besides its words; null is as good as nothing."""

    track: Track | None = None
    split: Split | None = None
    language: str | None = None
    category: str | None = None
    attack_vector: str | None = None
    author: str | None = None
    meta: str | None = None


@pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="forbid"))
class Row(Told):
    """A line of the file."""

    prompt: str | list[Message]


def read(paths: Sequence[Path]) -> Iterator[Prompt | BadRow]:
    """Every row of the files, in order, as a prompt or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            row = parsed(line, adapter)
            yield prompt_of(turns_of(row.prompt), row, line.file.name)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_prompts(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing."""
    return publish(door, "prompts", shown(read(paths), show), facts, lambda counts: counts.prompts)


def facts(prompts: Sequence[Prompt]) -> Mapping[str, Sequence[Fact]]:
    """The prompts, by table."""
    return {"prompts": prompts}


def prompt_of(turns: tuple[Turn, ...], told: Told, source: str) -> Prompt:
    """The prompt of the turns, under the id that follows from what is told of it."""
    prompt = Prompt(
        prompt_id="",
        turns=turns,
        track=told.track or Track.HELPFULNESS,
        split=told.split or split_of(turns),
        language=told.language or "en",
        category=told.category,
        attack_vector=told.attack_vector,
        author=told.author,
        meta=told.meta,
        source=source,
        made_at=UNKNOWN_TIME,
    )
    return identified(prompt)


def turns_of(prompt: str | list[Message]) -> tuple[Turn, ...]:
    """The conversation; RowError when it does not want an answer."""
    messages = [Message("user", prompt)] if isinstance(prompt, str) else prompt
    turns = tuple(Turn(role=one.role, content=one.content) for one in messages)
    if not turns or turns[-1].role != "user":
        raise RowError("prompt: expected a conversation that ends with a turn of the user")
    if not turns[-1].content.strip():
        raise RowError("prompt: it is empty")
    return turns


def told_of(prompt: Prompt, wanted: Wanted) -> dict[str, Any]:
    """The prompt as columns: text where it is one turn and no table's, and what is out of the ordinary."""
    alone = len(prompt.turns) == 1 and wanted.path.suffix != ".parquet"
    words = prompt.turns[0].content if alone else [asdict(turn) for turn in prompt.turns]
    besides = {
        "track": None if prompt.track is Track.HELPFULNESS else prompt.track,
        "split": None if prompt.split is split_of(prompt.turns) else prompt.split,
        "language": None if prompt.language == "en" else prompt.language,
        "category": prompt.category,
        "attack_vector": prompt.attack_vector,
        "author": prompt.author,
        "meta": prompt.meta,
    }
    return {"prompt": words, **{name: value for name, value in besides.items() if value is not None}}


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    """The home's prompts as rows."""
    adapter = TypeAdapter(Prompt)
    for text in facts_of(door, Prompt, wanted.show):
        prompt = adapter.validate_json(text)
        if wanted.selection.takes(prompt):
            yield told_of(prompt, wanted)


def schema(_shape: str) -> Schema:
    """The Parquet columns; a prompt is always turns there."""
    import pyarrow as pa

    text = pa.string()
    turns = pa.list_(pa.struct([("role", text), ("content", text)]))
    return pa.schema([("prompt", turns), *((field.name, text) for field in fields(Told))])


FORMAT: Final = Format(
    name="prompts", words="prompts, text or turns", bring=import_prompts, rows=rows, schema=schema
)
