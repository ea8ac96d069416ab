"""Prompts with an ideal response as JSON lines: `{"prompt": text or turns, "response": text}`, or
`{"messages": turns}` whose last one is the response; with `response_author`, `quality` (0 to 1) and what may
be told of a prompt where they are known. Other columns are kept beside the demonstration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import pydantic
from pydantic import Field, TypeAdapter

from store.door import Door
from store.exchange.collected import Answered
from store.exchange.format import Format, Wanted, demonstrations
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.notes import note_of, noted
from store.exchange.prompts import Message, Told, prompt_of, told_of, turns_of
from store.exchange.prompts import schema as prompt_schema
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.splitting import UNKNOWN_TIME
from store.identity import identity
from store.records import Demonstration, Fact

if TYPE_CHECKING:
    from pyarrow import Schema

NAME: Final = "demonstrations"
NOBODY: Final = "imported"
"""The author of a response that nobody signed."""
SHAPES: Final = ("response", "messages")


@pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="allow"))
class Row(Told):
    """A line of the file; `meta` is the prompt's, `response_meta` the demonstration's, both JSON texts."""

    prompt: str | list[Message] | None = None
    response: str | None = None
    messages: list[Message] | None = None
    response_author: str | None = None
    quality: Annotated[float, Field(ge=0, le=1)] | None = None
    response_meta: str | None = None


def read(paths: Sequence[Path]) -> Iterator[Answered | BadRow]:
    """Every row of the files, in order, as a demonstration or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            yield _answered(parsed(line, adapter), line.file.name)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_demonstrations(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing."""
    return publish(door, NAME, shown(read(paths), show), facts, lambda counts: counts.demonstrations)


def facts(answered: Sequence[Answered]) -> Mapping[str, Sequence[Fact]]:
    """The demonstrations and their prompts, by table."""
    prompts = {one.prompt.prompt_id: one.prompt for one in answered}
    return {"prompts": list(prompts.values()), NAME: [one.demonstration for one in answered]}


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    """The home's demonstrations as rows."""
    for one in demonstrations(door, wanted):
        yield _row(one, wanted)


def schema(shape: str) -> Schema:
    """The Parquet columns of a shape."""
    import pyarrow as pa

    text = pa.string()
    prompt, *besides = prompt_schema(shape)
    said = (
        [pa.field("messages", prompt.type)] if shape == "messages" else [prompt, pa.field("response", text)]
    )
    signed = [("response_author", text), ("quality", pa.float64()), ("response_meta", text)]
    return pa.schema([*said, *besides, *(pa.field(*column) for column in signed)])


FORMAT: Final = Format(
    name=NAME,
    words="prompts with an ideal response",
    bring=import_demonstrations,
    rows=rows,
    shapes=SHAPES,
    schema=schema,
)


def _answered(row: Row, source: str) -> Answered:
    asked, text = _said(row)
    if not text.strip():
        raise RowError("the response is empty")
    prompt = prompt_of(turns_of(asked), row, source)
    author = row.response_author or NOBODY
    meta = _meta(row)
    return Answered(
        demonstration=Demonstration(
            demonstration_id=identity(
                "demonstration",
                prompt.prompt_id,
                text,
                author,
                row.quality,
                *([] if meta is None else [meta]),
            ),
            prompt_id=prompt.prompt_id,
            text=text,
            author=author,
            source=source,
            quality=row.quality,
            meta=meta,
            made_at=UNKNOWN_TIME,
        ),
        prompt=prompt,
    )


def _said(row: Row) -> tuple[str | list[Message], str]:
    """The conversation and the response to it."""
    if row.response is not None and row.prompt is not None:
        return row.prompt, row.response
    if row.messages is None:
        raise RowError("expected prompt and response, or messages; the row has neither")
    if not row.messages or row.messages[-1].role != "assistant":
        raise RowError("messages: expected a conversation that ends with the response of the assistant")
    return row.messages[:-1], row.messages[-1].content


def _meta(row: Row) -> str | None:
    """What other columns say, with what was said of the response already."""
    known = {field.name for field in fields(Row)}
    rest = {name: value for name, value in vars(row).items() if name not in known}
    if not rest:
        return row.response_meta
    said = {} if row.response_meta is None else {"meta": row.response_meta}
    return noted(NAME, {"columns": rest, **said})


def _row(one: Answered, wanted: Wanted) -> dict[str, Any]:
    given = one.demonstration
    note = {} if wanted.path.suffix == ".parquet" else note_of(NAME, given.meta)
    asked = told_of(one.prompt, wanted)
    said: dict[str, Any]
    if wanted.shape == "messages":
        turns = [*(asdict(turn) for turn in one.prompt.turns), {"role": "assistant", "content": given.text}]
        said = {"messages": turns}
        asked.pop("prompt")
    else:
        said = {"prompt": asked.pop("prompt"), "response": given.text}
    signed = {
        "response_author": None if given.author == NOBODY else given.author,
        "quality": given.quality,
        "response_meta": note.get("meta") if note else given.meta,
    }
    told = {name: value for name, value in signed.items() if value is not None}
    return {**said, **asked, **told, **note.get("columns", {})}
