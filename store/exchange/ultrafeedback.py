"""UltraFeedback: completions of one instruction, each scored, as OpenBMB published it; and the binarized form
of it, a chosen and a rejected conversation.

The scores rank the completions, equal ones tie: `overall_score` where every completion has one, else
`fine-grained_score`, else the mean of the aspects' ratings. A binarized row with equal scores is a tie. Each
row goes out in the form in which it came; what came from elsewhere goes out as scored completions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from store.door import Door
from store.exchange.elements import bad, elements, fitted, value
from store.exchange.format import Format, LeftOut, Wanted, judgements
from store.exchange.judgements import Answer, Judgement, ordered
from store.exchange.lines import BadRow, RowError
from store.exchange.notes import note_of, noted
from store.exchange.own import facts_for
from store.exchange.publishing import ImportReport, Show, publish, shown, unseen
from store.exchange.remainder import COLUMN, remainder, restored
from store.exchange.scores import agree, ranks_by_score
from store.records import Turn

NAME: Final = "ultrafeedback"
OPEN: Final = ConfigDict(extra="allow", strict=True)


class Message(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="forbid", strict=True)

    role: str
    content: str


class Completion(BaseModel):
    """One scored answer; `model_extra` is the rest."""

    model_config = OPEN

    response: str


class Scored(BaseModel):
    """A row of scored completions; `messages` is the conversation where it has several turns."""

    model_config = OPEN

    instruction: str
    completions: list[Completion]
    messages: list[Message] | None = None


class Binarized(BaseModel):
    """A row of the binarized form: two conversations that part at the last answer."""

    model_config = OPEN

    chosen: list[Message]
    rejected: list[Message]
    score_chosen: int | float | None = None
    score_rejected: int | float | None = None


SCORED: Final = TypeAdapter(Scored)
BINARIZED: Final = TypeAdapter(Binarized)
TEXT: Final = TypeAdapter[str | None](str | None)


def read(paths: Sequence[Path]) -> Iterator[Judgement | BadRow]:
    """Every row of the files, in order, as a judgement or as the reason why it is none."""
    for line in elements(paths):
        if isinstance(line, BadRow):
            yield line
            continue
        try:
            found = value(line)
            besides = fitted(found.pop(COLUMN, None), TEXT)
            yield restored(_plain(found), besides)
        except RowError as error:
            yield bad(line, error)


def import_ultrafeedback(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home as labels of an imported annotator; again adds nothing."""
    return publish(
        door, NAME, shown(read(paths), show), partial(facts_for, door, NAME), lambda counts: counts.labels
    )


def rows(door: Door, wanted: Wanted) -> Iterator[dict[str, Any] | LeftOut]:
    """The home's judgements as rows."""
    return map(row, judgements(door, wanted))


def row(judgement: Judgement) -> dict[str, Any] | LeftOut:
    """The judgement as a row of the form in which it came, and what that form has no place for."""
    note = note_of(NAME, judgement.comparison_meta)
    notes = [note_of(NAME, answer.meta) for answer in judgement.answers]
    if all("place" in one for one in notes):
        places = [one.pop("place") for one in notes]
        order = sorted(range(len(places)), key=places.__getitem__)
        judgement, notes = ordered(judgement, order), [notes[old] for old in order]
    binarized = note.get("form") == "binarized"
    found = _binarized_row(judgement, note) if binarized else _scored_row(judgement, note, notes)
    try:
        besides = remainder(judgement, _plain(found))
    except RowError as error:
        return LeftOut(f"as a row of {NAME} it could not be read back: {error}")
    return found if besides is None else {**found, COLUMN: besides}


def _plain(found: Mapping[str, Any]) -> Judgement:
    """What the form's own columns tell."""
    if "completions" in found:
        return _scored(fitted(found, SCORED))
    return _binarized(fitted(found, BINARIZED), found)


def _scored(row: Scored) -> Judgement:
    note = {"form": "scored", "rest": row.model_extra, "messages": "messages" in row.model_fields_set}
    if row.messages is None:
        turns: tuple[Turn, ...] = (Turn(role="user", content=row.instruction),)
        note["messages"] = None if note["messages"] else False
    else:
        turns = _turns(row.messages)
        note["instruction"] = row.instruction
    return Judgement(
        turns=turns,
        answers=tuple(_answer(one, place) for place, one in enumerate(row.completions)),
        ranks=ranks_by_score([one.model_extra or {} for one in row.completions]),
        annotator=NAME,
        comparison_meta=noted(NAME, note),
    )


def _answer(one: Completion, place: int) -> Answer:
    rest = one.model_extra or {}
    model = rest.get("model")
    policy = model if isinstance(model, str) and model.strip() else NAME
    return Answer(text=one.response, policy=policy, meta=noted(NAME, {"place": place, "rest": rest}))


def _binarized(row: Binarized, found: Mapping[str, Any]) -> Judgement:
    chosen, rejected = _turns(row.chosen), _turns(row.rejected)
    if chosen[:-1] != rejected[:-1]:
        raise RowError("expected conversations that differ in the last answer only; they part before it")
    if chosen[-1].role != "assistant" or rejected[-1].role != "assistant":
        raise RowError("expected the chosen and the rejected conversation to end with an answer")
    tied = _tied(row.score_chosen, row.score_rejected)
    if not tied and chosen == rejected:
        raise RowError("the chosen and the rejected answer are the same")
    rest = {name: one for name, one in found.items() if name not in {"chosen", "rejected"}}
    if rest.get("messages") == found["chosen"]:
        rest["messages"] = "chosen"  # said once
    return Judgement(
        turns=chosen[:-1],
        answers=tuple(
            Answer(text=side[-1].content, policy=NAME, meta=noted(NAME, {"place": place}))
            for place, side in enumerate((chosen, rejected))
        ),
        ranks=(1, 1) if tied else (1, 2),
        annotator=NAME,
        comparison_meta=noted(NAME, {"form": "binarized", "rest": rest}),
    )


def _tied(chosen: float | None, rejected: float | None) -> bool:
    if chosen is None or rejected is None:
        return False
    if chosen < rejected:
        raise RowError("the chosen answer has a lower score than the rejected one")
    return chosen == rejected


def _turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    roles = [message.role for message in messages]
    if unknown := sorted(set(roles) - {"system", "user", "assistant"}):
        raise RowError(f"expected turns of system, user or assistant; got {unknown[0]!r}")
    if not roles:
        raise RowError("expected a conversation; it has no turns")
    return tuple(Turn(role=message.role, content=message.content) for message in messages)


def _scored_row(
    judgement: Judgement, note: Mapping[str, Any], notes: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    answers = judgement.answers
    rests = [
        dict(one.get("rest", {"model": answer.policy})) for one, answer in zip(notes, answers, strict=True)
    ]
    if not agree(rests, judgement.ranks):
        for rest, rank in zip(rests, judgement.ranks, strict=True):
            rest["overall_score"] = float(len(rests) - rank + 1)
    completions = [{**rest, "response": answer.text} for rest, answer in zip(rests, answers, strict=True)]
    elsewhere = {"source": "hone", "models": [answer.policy for answer in answers]}
    instruction = note.get("instruction", judgement.turns[-1].content)
    found = {**note.get("rest", elsewhere), "instruction": instruction, "completions": completions}
    messages = note.get("messages", len(judgement.turns) > 1)
    if messages is not False:
        found["messages"] = _messages(judgement.turns) if messages else None
    return found


def _binarized_row(judgement: Judgement, note: Mapping[str, Any]) -> dict[str, Any]:
    """Somebody may have said since that the other side is better: then the sides change, without scores."""
    rest = dict(note["rest"])
    swapped = judgement.ranks[0] > judgement.ranks[1]
    chosen, rejected = (
        _messages((*judgement.turns, Turn(role="assistant", content=answer.text)))
        for answer in (reversed(judgement.answers) if swapped else judgement.answers)
    )
    if rest.get("messages") == "chosen":
        rest["messages"] = chosen
    if swapped:
        rest |= {name: None for name in ("score_chosen", "score_rejected") if name in rest}
    return {**rest, "chosen": chosen, "rejected": rejected}


def _messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in turns]


FORMAT: Final = Format(
    name=NAME,
    words="UltraFeedback: scored completions, or a chosen and a rejected conversation",
    bring=import_ultrafeedback,
    rows=rows,
)
