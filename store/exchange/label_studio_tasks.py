"""One task of Label Studio: what it asks, and what its annotations say. Pure; knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from store.exchange.elements import fitted
from store.exchange.judgements import Answer, Judgement
from store.exchange.label_studio_results import ranks_of
from store.exchange.lines import RowError
from store.exchange.named_fields import answer_names, conversation
from store.exchange.notes import noted
from store.exchange.opinions import PART, with_opinion, with_setting
from store.exchange.tasks import Known, Passed, Said, Task, time_of
from store.identity import identity
from store.records import Purpose

NAME: Final = "label-studio"
TEXTS: Final = ("body", "text", "html", "content", "title")
"""Where an item of a List says its words, the likeliest first."""


class Annotation(BaseModel):
    """What somebody said of a task."""

    model_config = ConfigDict(extra="allow", strict=True)

    id: int | str | None = None
    result: list[dict[str, Any]]
    completed_by: int | str | dict[str, Any] | None = None
    was_cancelled: bool | None = None
    ground_truth: bool | None = None
    lead_time: int | float | None = None
    created_at: str | None = None


class Row(BaseModel):
    """A task."""

    model_config = ConfigDict(extra="allow", strict=True)

    id: int | str | None = None
    data: dict[str, Any]
    annotations: list[Annotation] | None = None
    project: int | None = None


ROW: Final = TypeAdapter(Row)
OBJECT: Final = TypeAdapter[dict[str, Any]](dict[str, Any])


def task(found: Mapping[str, Any]) -> Task:
    """The task that a row, as plain values, tells; RowError where it tells none."""
    row = fitted(found, ROW)
    keys, texts = answers_of(row.data)
    given = [(key_of(one.id, place), one) for place, one in enumerate(row.annotations or ())]
    if len({key for key, _ in given}) < len(given):
        raise RowError("two of its annotations have the same id")
    skipped = [(key, one) for key, one in given if one.was_cancelled]
    ranked = [
        (key, one, ranks)
        for key, one in given
        if not one.was_cancelled and (ranks := ranks_of(key, one.result, keys))
    ]
    truths = [(key, one, ranks) for key, one, ranks in ranked if one.ground_truth]
    stable = {"id": row.id, "project": row.project, "data": identity(row.data)}
    plain = Judgement(
        turns=conversation(row.data, () if _items(row.data) else keys),
        answers=tuple(
            Answer(text=text, policy=NAME, meta=noted(NAME, {"place": place, "key": key}))
            for place, (key, text) in enumerate(zip(keys, texts, strict=True))
        ),
        ranks=(1,) * len(keys),
        annotator=NAME,
        purpose=Purpose.GOLD if truths else Purpose.TRAIN,
        comparison_meta=noted(NAME, stable),
    )
    asked = with_setting(plain, row.data.get(PART))
    return Task(
        asked=asked,
        meta=noted(NAME, {"row": found}),
        said=tuple(
            _said(asked, key, one, ranks) for key, one, ranks in ranked if (key, one, ranks) not in truths[:1]
        ),
        passed=tuple(_passed(key, one) for key, one in skipped),
        known=next((Known(key=key, annotator=_who(one), ranks=ranks) for key, one, ranks in truths), None),
    )


def _passed(key: str, one: Annotation) -> Passed:
    return Passed(
        key=key,
        annotator=_who(one),
        reason="cancelled",
        made_at=time_of(one.created_at),
        lease_id=_lease(one),
    )


def _said(asked: Judgement, key: str, one: Annotation, ranks: tuple[int, ...]) -> Said:
    told = one.lead_time
    judgement = replace(
        with_opinion(asked, (one.model_extra or {}).get(PART)),
        ranks=ranks,
        annotator=_who(one),
        seconds=float(told) if told is not None and 0 <= told < 1e9 else 0.0,
        made_at=time_of(one.created_at),
        label_meta=noted(NAME, {"key": key}),
    )
    return Said(
        key=key,
        judgement=judgement,
        meta=noted(NAME, {"key": key, "row": one.model_dump(exclude_unset=True)}),
    )


def answers_of(data: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What names each answer in a result, and its words."""
    items = _items(data)
    if not items:
        keys = answer_names(data)
        texts = [data[key] for key in keys]
    else:
        keys = [str(item["id"]) for item in items]
        texts = [
            next((item[name] for name in TEXTS if isinstance(item.get(name), str)), None) for item in items
        ]
    if len(set(keys)) < len(keys):
        raise RowError("two of its items have the same id")
    if None in texts:
        raise RowError(f"expected text in item {keys[texts.index(None)]}; it has none")
    return keys, [text or "" for text in texts]


def _items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first list of things that have ids, as the List tag shows it."""
    for told in data.values():
        if isinstance(told, list) and told and all(map(_is_item, told)):
            return told
    return []


def _is_item(told: object) -> bool:
    return isinstance(told, dict) and isinstance(told.get("id"), str | int) and "role" not in told


def key_of(told: object, place: int) -> str:
    """What tells an annotation from the others of its task: its id, or its place where it has none."""
    return f"#{place}" if told is None else str(told)


def _lease(one: Annotation) -> str | None:
    """The skip of the home that wrote it."""
    told = (one.model_extra or {}).get(PART)
    lease_id = told.get("lease_id") if isinstance(told, dict) else None
    return lease_id if isinstance(lease_id, str) else None


def _who(one: Annotation) -> str:
    """An annotator's name: the tool's number or address of them."""
    who = one.completed_by
    if isinstance(who, dict):
        who = next(
            (who[name] for name in ("email", "id", "username") if isinstance(who.get(name), str | int)), None
        )
    return NAME if who is None else f"{NAME}:{who}"
