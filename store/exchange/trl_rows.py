"""Rows of TRL's preference datasets: how one is read as a judgement, and a pair written as one.

The prompt stands beside the answers or is the turns (of text: the words) that both answers begin with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import RowError
from store.exchange.notes import note_of, noted
from store.exchange.pairs import Pair
from store.exchange.reasons import reason
from store.margins import BY_DEGREE
from store.records import Degree, Turn

NAME: Final = "trl"
MARGINS: Final = BY_DEGREE["small"]
CLOSE: Final = 1e-6
"""A margin so near to one of the table's is that one, rounded."""


class Message(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["system", "user", "assistant"]
    content: str


MESSAGES: Final = TypeAdapter(list[Message])


class Preference(BaseModel):
    """A row of chosen and rejected; `model_extra` is what other columns say."""

    model_config = ConfigDict(extra="allow")

    chosen: str | list[Message]
    rejected: str | list[Message]
    prompt: str | list[Message] | None = None
    margin: float | None = None
    hone: str | None = None


def preferred(row: Preference) -> Judgement:
    """What the row's own columns tell; a margin that is no degree's is kept beside the nearest below it."""
    turns, chosen, rejected, besides = _parts(row)
    if chosen == rejected:
        raise RowError("the chosen and the rejected answer are the same")
    degree = Degree.BETTER
    if row.margin is not None:
        degree = Degree(max(sum(row.margin > margin - CLOSE for margin in MARGINS) - 1, 0))
        if abs(row.margin - MARGINS[degree]) > CLOSE:
            besides["margin"] = row.margin
    return Judgement(
        turns=turns,
        answers=(Answer(text=chosen, policy=NAME), Answer(text=rejected, policy=NAME)),
        ranks=(1, 2),
        annotator=NAME,
        degree=degree,
        label_meta=noted(NAME, besides) if besides else None,
    )


def preference_row(pair: Pair, shape: str, rest: Mapping[str, Any]) -> dict[str, Any]:
    """The pair's columns in a shape, after the rest, which are other columns of the row.

    RowError when the shape cannot tell the conversation.
    """
    sides = {"chosen": pair.chosen.text, "rejected": pair.rejected.text}
    within: dict[str, Any]
    if shape.startswith("plain"):
        prompt = prompt_text(pair.told.turns)
        within = {"prompt": prompt, **sides}
        if shape == "plain-implicit":
            within = {side: prompt + text for side, text in sides.items()}
    else:
        turns = messages(pair.told.turns)
        answers = {side: [message("assistant", text)] for side, text in sides.items()}
        within = {"prompt": turns, **answers}
        if shape == "conversational-implicit":
            within = {side: [*turns, *answer] for side, answer in answers.items()}
    note = note_of(NAME, pair.told.label_meta)
    return {**rest, **within, "margin": note.get("margin", MARGINS[pair.told.degree])}


def turns_of(prompt: str | Sequence[Message]) -> tuple[Turn, ...]:
    """The conversation that a prompt column tells."""
    if isinstance(prompt, str):
        return (Turn(role="user", content=prompt),)
    return tuple(Turn(role=one.role, content=one.content) for one in prompt)


def prompt_text(turns: Sequence[Turn]) -> str:
    """The prompt as text; RowError when it has several turns."""
    if len(turns) != 1:
        raise RowError("a prompt of several turns is no plain text; take another shape")
    return turns[0].content


def messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """The turns as TRL writes them."""
    return [message(turn.role, turn.content) for turn in turns]


def message(role: str, content: str) -> dict[str, str]:
    """A turn as TRL writes it."""
    return {"role": role, "content": content}


def _parts(row: Preference) -> tuple[tuple[Turn, ...], str, str, dict[str, Any]]:
    """The conversation, the chosen and the rejected answer, and what the row says besides."""
    besides: dict[str, Any] = {"columns": dict(row.model_extra)} if row.model_extra else {}
    if isinstance(row.chosen, str) and isinstance(row.rejected, str):
        if row.prompt is not None:
            return turns_of(row.prompt), row.chosen, row.rejected, besides
        if "messages" in besides.get("columns", {}):  # the conversation before the answers, by another name
            return turns_of(_conversation(besides["columns"]["messages"])), row.chosen, row.rejected, besides
        return *_common(row.chosen, row.rejected), besides
    if isinstance(row.chosen, str) or isinstance(row.rejected, str):
        raise RowError("expected chosen and rejected both as text or both as turns; one is the other")
    start: tuple[Turn, ...] = () if row.prompt is None else turns_of(row.prompt)
    chosen, rejected = turns_of(row.chosen), turns_of(row.rejected)
    if start and chosen[:1] and chosen[0].role != "assistant":  # whole conversations, and the prompt again
        besides.setdefault("columns", {})["prompt"] = row.model_dump(include={"prompt"})["prompt"]
        start = ()
    chosen, rejected = start + chosen, start + rejected
    if not chosen or not rejected or {chosen[-1].role, rejected[-1].role} != {"assistant"}:
        raise RowError("expected chosen and rejected to end with an answer of the assistant")
    if chosen[:-1] != rejected[:-1]:
        raise RowError("expected answers to the same conversation; they part before the last turn")
    return chosen[:-1], chosen[-1].content, rejected[-1].content, besides


def _conversation(found: object) -> list[Message]:
    try:
        return MESSAGES.validate_python(found)
    except ValidationError as error:
        raise RowError(f"messages: {reason(error)}") from error


def _common(chosen: str, rejected: str) -> tuple[tuple[Turn, ...], str, str]:
    """The words that both begin with are the prompt, without the blank before they part, as TRL has it."""
    if chosen.startswith("\n\nHuman:"):
        raise RowError("chosen and rejected are transcripts of hh; import them with hone import hh")
    places = range(min(len(chosen), len(rejected)))
    cut = next((place for place in places if chosen[place] != rejected[place]), len(places))
    if cut and chosen[cut - 1] == " ":
        cut -= 1
    if not chosen[:cut].strip():
        raise RowError("there is no prompt, and chosen and rejected do not begin with the same words")
    return turns_of(chosen[:cut]), chosen[cut:], rejected[cut:]
