"""Anthropic's published preferences (HH): pairs of transcripts that share a prompt and part at the last
answer.

A row is `{"chosen": …, "rejected": …}`; a transcript is turns that begin with a blank line and `Human:` or
`Assistant:`. Files with `harmless` in their name (or their folder's) teach safety, all others helpfulness.
What a row cannot say goes into a further column (`store.exchange.remainder`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pydantic
from pydantic import TypeAdapter

from store.door import Door
from store.exchange.format import Format, LeftOut, Wanted, judgements
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import BadRow, RowError, lines, parsed
from store.exchange.notes import note_of, noted
from store.exchange.own import facts_for
from store.exchange.pairs import Pair, pairs
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.remainder import COLUMN, remainder, restored
from store.records import Track, Turn

if TYPE_CHECKING:
    from pyarrow import Schema

NAME: Final = "hh"
SPEAKER: Final = re.compile(r"\n\n(Human|Assistant):")
ROLES: Final = {"Human": "user", "Assistant": "assistant"}
SPEAKERS: Final = {role: speaker for speaker, role in ROLES.items()}


@pydantic.dataclasses.dataclass(frozen=True)
class Row:
    """A line of the file."""

    chosen: str
    rejected: str
    hone: str | None = None


def read(paths: Sequence[Path]) -> Iterator[Judgement | BadRow]:
    """Every row of the files, in order, as a judgement or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            yield _judgement(parsed(line, adapter), line.file)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_hh(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home as labels of an imported annotator; again adds nothing."""
    return publish(
        door, NAME, shown(read(paths), show), partial(facts_for, door, NAME), lambda counts: counts.labels
    )


def rows(door: Door, wanted: Wanted) -> Iterator[Mapping[str, Any] | LeftOut]:
    """The home's judgements as rows, a pair each."""
    for told in judgements(door, wanted):
        for pair in pairs(told, wanted):
            yield pair if isinstance(pair, LeftOut) else _row(pair, wanted.path)


def schema(_shape: str) -> Schema:
    """The Parquet columns."""
    import pyarrow as pa

    return pa.schema([(name, pa.string()) for name in ("chosen", "rejected", COLUMN)])


FORMAT: Final = Format(
    name=NAME,
    words="Anthropic's chosen and rejected transcripts",
    bring=import_hh,
    rows=rows,
    schema=schema,
    trains=True,
)


def _judgement(row: Row, file: Path) -> Judgement:
    return restored(_plain(row, file), row.hone)


def _plain(row: Row, file: Path) -> Judgement:
    """What the two transcripts tell; as they were written, where they are written as no export would."""
    chosen, rejected = _transcript(row.chosen, "chosen"), _transcript(row.rejected, "rejected")
    if chosen == rejected:
        raise RowError("the chosen and the rejected transcript are the same")
    if chosen[:-1] != rejected[:-1]:
        raise RowError("expected transcripts that differ in the last answer only; they part before it")
    usual = (row.chosen, row.rejected) == (_text(chosen), _text(rejected))
    return Judgement(
        turns=chosen[:-1],
        answers=(
            Answer(text=chosen[-1].content, policy=NAME),
            Answer(text=rejected[-1].content, policy=NAME),
        ),
        ranks=(1, 2),
        annotator=NAME,
        track=Track.SAFETY if "harmless" in f"{file.parent.name}/{file.name}".lower() else Track.HELPFULNESS,
        label_meta=None if usual else noted(NAME, {"chosen": row.chosen, "rejected": row.rejected}),
    )


def _text(turns: Sequence[Turn]) -> str:
    """The transcript; it has no place for what a system turn says."""
    return "".join(f"\n\n{SPEAKERS[turn.role]}: {turn.content}" for turn in turns if turn.role in SPEAKERS)


def _row(pair: Pair, file: Path) -> Mapping[str, Any] | LeftOut:
    as_written = note_of(NAME, pair.told.label_meta)
    columns = as_written or {
        side: _text((*pair.told.turns, Turn(role="assistant", content=answer.text)))
        for side, answer in (("chosen", pair.chosen), ("rejected", pair.rejected))
    }
    try:
        besides = remainder(pair.told, _plain(Row(**columns), file.absolute()))
    except RowError as error:
        return LeftOut(f"as a row of {NAME} it could not be read back: {error}")
    return columns if besides is None else {**columns, COLUMN: besides}


def _transcript(text: str, side: str) -> tuple[Turn, ...]:
    """The turns; two in a row by the same speaker are one."""
    before, *parts = SPEAKER.split(text)
    if before.strip() or not parts:
        raise RowError(f"expected the {side} transcript to begin with a blank line and Human:")
    turns: list[Turn] = []
    for speaker, words in zip(parts[::2], parts[1::2], strict=True):
        turn = Turn(role=ROLES[speaker], content=words.strip())
        if turns and turns[-1].role == turn.role:
            turns[-1] = replace(turns[-1], content=f"{turns[-1].content}\n\n{turn.content}".strip())
        else:
            turns.append(turn)
    if turns[0].role != "user":
        raise RowError(f"expected the {side} transcript to begin with Human:")
    if turns[-1].role != "assistant":
        raise RowError(f"expected the {side} transcript to end with an answer")
    if not turns[-1].content:
        raise RowError(f"the {side} response is empty")
    return tuple(turns)
