"""TRL's unpaired answers, each good or bad: those to one prompt that follow each other are one judgement.

The good ones share the first rank, the bad ones the next; all bad is both bad, all good is a tie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from store.exchange.judgements import Answer, Judgement, best_first
from store.exchange.lines import BadRow, Line, RowError
from store.exchange.notes import noted
from store.exchange.remainder import COLUMN, remainder, restored
from store.exchange.trl_rows import NAME, Message, message, messages, prompt_text, turns_of
from store.records import Degree, Turn
from store.references import MOST_RESPONSES


class Unpaired(BaseModel):
    """A row: one answer; `model_extra` is what other columns say."""

    model_config = ConfigDict(extra="allow")

    prompt: str | list[Message]
    completion: str | list[Message]
    label: bool
    hone: str | None = None


@dataclass(slots=True)
class Group:
    """Rows of one prompt that follow each other; the first of an exported judgement has the column `hone`."""

    rows: list[Unpaired] = field(default_factory=list)
    first: Line | None = None

    def takes(self, row: Unpaired) -> bool:
        """Whether the row belongs to those before it."""
        same = bool(self.rows) and self.rows[0].prompt == row.prompt
        return same and row.hone is None and len(self.rows) < MOST_RESPONSES

    def add(self, row: Unpaired, line: Line) -> None:
        """Appends the row."""
        if not self.rows:
            self.first = line
        self.rows.append(row)

    def judgement(self) -> Iterator[Judgement | BadRow]:
        """What the rows tell together, if there are any; begins anew."""
        rows, line = self.rows, self.first
        self.rows, self.first = [], None
        if line is None:
            return
        if len(rows) == 1:
            lone = "expected several answers to a prompt, one after the other; this is the only one"
            yield BadRow(line.file.name, line.number, lone)
            return
        try:
            yield restored(judged(rows), rows[0].hone)
        except RowError as error:
            yield BadRow(line.file.name, line.number, str(error))


def answer_of(row: Unpaired) -> str:
    """The completion's words; RowError when it is not one turn of the assistant."""
    if isinstance(row.completion, str):
        return row.completion
    if [one.role for one in row.completion] != ["assistant"]:
        raise RowError("completion: expected text or one turn of the assistant")
    return row.completion[0].content


def judged(rows: list[Unpaired]) -> Judgement:
    """What the rows' own columns tell."""
    good = sum(row.label for row in rows)
    columns = [dict(row.model_extra or {}) for row in rows]
    return Judgement(
        turns=turns_of(rows[0].prompt),
        answers=tuple(Answer(text=answer_of(row), policy=NAME) for row in rows),
        ranks=tuple(1 if row.label or not good else 2 for row in rows),
        annotator=NAME,
        degree=Degree.BETTER if 0 < good < len(rows) else Degree.NEGLIGIBLY,
        both_bad=good == 0,
        label_meta=noted(NAME, {"unpaired": columns}) if any(columns) else None,
    )


def unpaired_rows(
    told: Judgement, shape: str, after: tuple[Turn, ...], rests: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The judgement as rows, one an answer; `after` are the turns of the judgement before it in the file.

    `rests` are other columns, one an answer, or empty. RowError when the shape cannot tell the conversation.
    """
    told = best_first(told)
    plain = shape == "unpaired-plain"
    prompt = prompt_text(told.turns) if plain else messages(told.turns)
    rows: list[dict[str, Any]] = [
        {
            "prompt": prompt,
            "completion": answer.text if plain else [message("assistant", answer.text)],
            "label": rank == 1 and not told.both_bad,
        }
        for answer, rank in zip(told.answers, told.ranks, strict=True)
    ]
    if len(rests) == len(rows):
        rows = [{**rest, **row} for rest, row in zip(rests, rows, strict=True)]
    besides = remainder(told, judged([Unpaired.model_validate(row) for row in rows]))
    if besides is not None or told.turns == after:
        rows[0][COLUMN] = besides or "{}"
    return rows
