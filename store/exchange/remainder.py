"""What a format has no place for: a column `hone` beside its own, as JSON text, so that nothing is lost.

A writer makes the format's own columns, has its reader read them back, and says here what of the judgement
differs; the reader puts that back over what it read. A judgement that the format can tell has no remainder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import RowError
from store.exchange.reasons import reason
from store.exchange.splitting import split_of
from store.identity import canonical

COLUMN: Final = "hone"
SHOWN: Final = "shown"
"""In place of an answer's text: its place among the answers that the format's own columns tell."""

_JUDGEMENT: Final = TypeAdapter(Judgement)
_NAMES: Final = tuple(field.name for field in fields(Judgement))


def remainder(told: Judgement, plain: Judgement) -> str | None:
    """What `told` says beyond `plain`, which the format's own columns tell; None: nothing."""
    besides: dict[str, Any] = {
        name: getattr(told, name) for name in _NAMES if getattr(told, name) != getattr(plain, name)
    }
    if plain.split is None and told.split is split_of(told.turns):
        besides.pop("split", None)
    if "answers" in besides:
        texts = {answer.text: place for place, answer in reversed([*enumerate(plain.answers)])}
        besides["answers"] = [_answer(answer, texts) for answer in told.answers]
    return canonical(besides) if besides else None


def restored(plain: Judgement, text: str | None) -> Judgement:
    """The judgement that was told; RowError when the remainder does not fit what the row says."""
    if text is None:
        return plain
    besides = _object(text)
    if "answers" in besides:
        besides["answers"] = [_text_of(answer, plain) for answer in besides["answers"]]
    try:
        return _JUDGEMENT.validate_python({**asdict(plain), **besides})
    except ValidationError as error:
        raise RowError(
            f"{COLUMN}: {reason(error)}; take the column out to import the row as it is"
        ) from error


def _object(text: str) -> dict[str, Any]:
    try:
        besides = from_json(text)
    except ValueError as error:
        raise RowError(f"{COLUMN}: expected JSON as an export wrote it; {error}") from error
    if not isinstance(besides, dict) or not set(besides) <= set(_NAMES):
        raise RowError(f"{COLUMN}: expected what an export wrote; got {text[:40]}")
    if not all(isinstance(answer, dict) for answer in besides.get("answers", [])):
        raise RowError(f"{COLUMN}: expected answers as an export wrote them")
    return besides


def _answer(answer: Answer, texts: Mapping[str, int]) -> dict[str, Any]:
    usual = Answer(text="", policy="")
    names = [field.name for field in fields(Answer)]
    told = {name: getattr(answer, name) for name in names if getattr(answer, name) != getattr(usual, name)}
    if answer.text in texts:
        told[SHOWN] = texts[answer.text]
        told.pop("text", None)
        return {"policy": "", **told}
    return {"text": "", "policy": "", **told}


def _text_of(answer: Mapping[str, Any], plain: Judgement) -> dict[str, Any]:
    told = dict(answer)
    place = told.pop(SHOWN, None)
    if place is None:
        return told
    if place not in range(len(plain.answers)):
        raise RowError(f"{COLUMN}: the rows of one judgement are no longer together; take the column out")
    return {**told, "text": plain.answers[place].text}
