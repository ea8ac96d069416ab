"""Anthropic's published preferences (HH): pairs of transcripts that share a prompt and part at the last
answer.

A row is `{"chosen": …, "rejected": …}`; a transcript is turns that begin with a blank line and `Human:` or
`Assistant:`. Files with `harmless` in their name (or their folder's) teach safety, all others helpfulness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import pydantic
from pydantic import TypeAdapter

from store.door import Door
from store.exchange.facts import facts
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import BadRow, Line, RowError, lines, parsed
from store.exchange.publishing import ImportReport, publish
from store.records import Track, Turn

NAME: Final = "hh"
SPEAKER: Final = re.compile(r"\n\n(Human|Assistant):")
ROLES: Final = {"Human": "user", "Assistant": "assistant"}


@pydantic.dataclasses.dataclass(frozen=True)
class Row:
    """A line of the file."""

    chosen: str
    rejected: str


def read(paths: Sequence[Path]) -> Iterator[Judgement | BadRow]:
    """Every row of the files, in order, as a judgement or as the reason why it is none."""
    adapter = TypeAdapter(Row)
    for line in lines(paths):
        try:
            yield _judgement(parsed(line, adapter), line)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def import_hh(door: Door, paths: Sequence[Path]) -> ImportReport:
    """Brings the files into the door's home as labels of an imported annotator; again adds nothing."""
    return publish(door, NAME, read(paths), partial(facts, NAME), lambda counts: counts.labels)


def _judgement(row: Row, line: Line) -> Judgement:
    chosen, rejected = _transcript(row.chosen, "chosen"), _transcript(row.rejected, "rejected")
    if chosen == rejected:
        raise RowError("the chosen and the rejected transcript are the same")
    if chosen[:-1] != rejected[:-1]:
        raise RowError("expected transcripts that differ in the last answer only; they part before it")
    place = f"{line.file.parent.name}/{line.file.name}".lower()
    return Judgement(
        turns=chosen[:-1],
        answers=(
            Answer(text=chosen[-1].content, policy=NAME),
            Answer(text=rejected[-1].content, policy=NAME),
        ),
        ranks=(1, 2),
        annotator=NAME,
        track=Track.SAFETY if "harmless" in place else Track.HELPFULNESS,
    )


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
