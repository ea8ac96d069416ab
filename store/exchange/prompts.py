"""Prompts as JSON lines: `{"prompt": text or turns}`, with `track`, `split`, `language`, `category`,
`attack_vector`, `author` and `meta` (JSON text) where they are known.

Without `prompt`, the one of `question`, `instruction` and `text` that is there is the prompt. Other columns
are kept beside it. `hone` has the id of a prompt in the home that wrote the file, where it was not imported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pydantic
from pydantic import TypeAdapter, ValidationError

from store.door import Door
from store.exchange.facts import identified
from store.exchange.format import Format, Wanted, facts_of
from store.exchange.known import Named
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.notes import note_of, noted
from store.exchange.own import digest
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.splitting import UNKNOWN_TIME, split_of
from store.identity import canonical
from store.records import Fact, Prompt, Split, Track, Turn
from store.verbs.recognising import Recognise, recognise

if TYPE_CHECKING:
    from pyarrow import Schema


NAME: Final = "prompts"
OTHER_NAMES: Final = ("question", "instruction", "text")
"""Of the column with the prompt, where none is called so."""
_IDS: Final = TypeAdapter(dict[str, str])


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
    hone: str | None = None


@pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=pydantic.ConfigDict(extra="allow"))
class Row(Told):
    """A line of the file."""

    prompt: str | list[Message] | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A prompt of a file, and the id that it has in the home that wrote it, where that differs."""

    prompt: Prompt
    prompt_id: str | None


def read(paths: Sequence[Path]) -> Iterator[Prompt | BadRow]:
    """Every row of the files, in order, as a prompt or as the reason why it is none."""
    for one in _read(paths):
        yield one.prompt if isinstance(one, Claim) else one


def _read(paths: Sequence[Path]) -> Iterator[Claim | BadRow]:
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            row = parsed(line, adapter)
            asked, name = _asked(row)
            told = replace(row, meta=meta_of(row, row.meta, {name}))
            yield Claim(prompt_of(turns_of(asked), told, line.file.name), ids_of(row.hone).get("prompt_id"))
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_prompts(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing, and nor does what this home wrote itself."""
    claims = shown(_read(paths), show)
    report = publish(door, NAME, claims, partial(_facts, door), lambda counts: counts.prompts)
    return replace(report, things=NAME)


def _facts(door: Door, claims: Sequence[Claim]) -> Mapping[str, Sequence[Fact]]:
    named = tuple(one.prompt_id for one in claims if one.prompt_id)
    there = door.ask(recognise, Recognise(named=Named(prompts=named))).prompts if named else {}
    new = [one.prompt for one in claims if there.get(one.prompt_id or "") != words_of(one.prompt)]
    return {NAME: new}


def words_of(prompt: Prompt) -> str:
    """The digest by which a home knows a prompt again."""
    return digest(prompt.turns[-1].content)


def ids_of(text: str | None) -> Mapping[str, str]:
    """The ids in the column `hone`."""
    if text is None:
        return {}
    try:
        return _IDS.validate_json(text)
    except ValidationError as error:
        raise RowError("hone: expected ids as an export wrote them; take the column out") from error


def meta_of(row: Told, meta: str | None, known: Collection[str]) -> str | None:
    """What other columns say, with what was said already; `known` are those that were read."""
    names = {field.name for field in fields(row)} | {*known}
    rest = {name: value for name, value in vars(row).items() if name not in names}
    if not rest:
        return meta
    return noted(NAME, {"columns": rest, **({} if meta is None else {"meta": meta})})


def _asked(row: Row) -> tuple[str | list[Message], str]:
    """The prompt and the name of its column."""
    if row.prompt is not None:
        return row.prompt, "prompt"
    others = [(told, name) for name in OTHER_NAMES if isinstance(told := vars(row).get(name), str)]
    if len(others) != 1:
        raise RowError(f"expected a prompt, or one of {', '.join(OTHER_NAMES)} with text; got {len(others)}")
    if others[0][1] == "instruction" and vars(row).get("input"):
        raise RowError("expected a prompt; got an instruction with an input: make one text of them")
    return others[0]


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
    claimed = identified(prompt).prompt_id != prompt.prompt_id
    besides = {
        "track": None if prompt.track is Track.HELPFULNESS else prompt.track,
        "split": None if prompt.split is split_of(prompt.turns) else prompt.split,
        "language": None if prompt.language == "en" else prompt.language,
        "category": prompt.category,
        "attack_vector": prompt.attack_vector,
        "author": prompt.author,
        "meta": prompt.meta,
        "hone": canonical({"prompt_id": prompt.prompt_id}) if claimed else None,
    }
    return {"prompt": words, **{name: value for name, value in besides.items() if value is not None}}


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any]]:
    """The home's prompts as rows."""
    adapter = TypeAdapter(Prompt)
    for text in facts_of(door, Prompt, wanted.show):
        prompt = adapter.validate_json(text)
        if wanted.selection.takes(prompt):
            note = {} if wanted.path.suffix == ".parquet" else note_of(NAME, prompt.meta)
            meta = note.get("meta") if note else prompt.meta
            told = told_of(prompt, wanted)
            told.pop("meta", None)
            yield {**told, **({} if meta is None else {"meta": meta}), **note.get("columns", {})}


def schema(_shape: str) -> Schema:
    """The Parquet columns; a prompt is always turns there."""
    import pyarrow as pa

    text = pa.string()
    turns = pa.list_(pa.struct([("role", text), ("content", text)]))
    return pa.schema([("prompt", turns), *((field.name, text) for field in fields(Told))])


FORMAT: Final = Format(
    name=NAME, words="prompts, text or turns", bring=import_prompts, rows=rows, schema=schema
)
