"""Prompts with an ideal response as JSON lines: `{"prompt": text or turns, "response": text}`, or
`{"messages": turns}` whose last one is the response; with `response_author`, `quality` (0 to 1) and what may
be told of a prompt where they are known. Other columns are kept beside the demonstration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import pydantic
from pydantic import Field, TypeAdapter

from store.door import Door
from store.exchange.collected import Answered
from store.exchange.format import Format, Wanted, demonstrations
from store.exchange.known import Known, Named
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.notes import note_of, noted
from store.exchange.own import digest
from store.exchange.prompts import Message, Told, ids_of, prompt_of, told_of, turns_of, words_of
from store.exchange.prompts import schema as prompt_schema
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.splitting import UNKNOWN_TIME
from store.identity import canonical, identity
from store.records import Demonstration, Fact
from store.verbs.recognising import Recognise, recognise

if TYPE_CHECKING:
    from pyarrow import Schema

NAME: Final = "demonstrations"
NOBODY: Final = "imported"
"""The author of a response that nobody signed."""
NAMED: Final = "demonstration_id"
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A demonstration of a file, and the ids that it and its prompt have in the home that wrote it."""

    answered: Answered
    ids: Mapping[str, str]


def read(paths: Sequence[Path]) -> Iterator[Answered | BadRow]:
    """Every row of the files, in order, as a demonstration or as the reason why it is none."""
    for one in _read(paths):
        yield one.answered if isinstance(one, Claim) else one


def _read(paths: Sequence[Path]) -> Iterator[Claim | BadRow]:
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            row = parsed(line, adapter)
            yield Claim(_answered(row, line.file.name), ids_of(row.hone))
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_demonstrations(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing, and nor does what this home wrote itself."""
    claims = shown(_read(paths), show)
    report = publish(door, NAME, claims, partial(_facts, door), lambda counts: counts.demonstrations)
    return replace(report, things=NAME)


def _facts(door: Door, claims: Sequence[Claim]) -> Mapping[str, Sequence[Fact]]:
    """Those that are new, and their prompts; a response to a prompt of this home stays with it."""
    there = _known(door, claims)
    prompts: dict[str, Fact] = {}
    new: list[Fact] = []
    for one in claims:
        given, prompt = one.answered.demonstration, one.answered.prompt
        if there.demonstrations.get(one.ids.get(NAMED, "")) == digest(given.text):
            continue
        if there.prompts.get(one.ids.get("prompt_id", "")) == words_of(prompt):
            given = replace(given, prompt_id=one.ids["prompt_id"])
        else:
            prompts[prompt.prompt_id] = prompt
        new.append(given)
    return {"prompts": list(prompts.values()), NAME: new}


def _known(door: Door, claims: Sequence[Claim]) -> Known:
    prompts = tuple({one.ids["prompt_id"] for one in claims if "prompt_id" in one.ids})
    given = tuple({one.ids[NAMED] for one in claims if NAMED in one.ids})
    if not prompts and not given:
        return Known()
    return door.ask(recognise, Recognise(named=Named(prompts=prompts, demonstrations=given)))


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
    given = Demonstration(
        demonstration_id="",
        prompt_id=prompt.prompt_id,
        text=text,
        author=row.response_author or NOBODY,
        source=source,
        quality=row.quality,
        meta=_meta(row),
        made_at=UNKNOWN_TIME,
    )
    return Answered(demonstration=replace(given, demonstration_id=_id_of(given)), prompt=prompt)


def _id_of(given: Demonstration) -> str:
    """What follows from all that is told of it, but for its source."""
    besides = [] if given.meta is None else [given.meta]
    return identity("demonstration", given.prompt_id, given.text, given.author, given.quality, *besides)


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
    # The id goes with the prompt's, or alone where the prompt was imported and its answer was not.
    if _id_of(given) != given.demonstration_id or "hone" in asked:
        ids = {"prompt_id": given.prompt_id, NAMED: given.demonstration_id}
        asked["hone"] = canonical(ids)
    return {**said, **asked, **told, **note.get("columns", {})}
