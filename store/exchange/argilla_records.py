"""One record of Argilla 2: what it asks, and what its users responded. Pure; knows no file.

Three forms tell the same: the client's nested export, its flat one (`QUESTION.responses`, `.responses.users`
and `.responses.status` side by side), and the server's, which lists the responses by user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic_core import from_json

from store.exchange.argilla_values import none_acceptable, ranks_of
from store.exchange.elements import fitted
from store.exchange.judgements import Answer, Judgement
from store.exchange.lines import RowError
from store.exchange.named_fields import answer_names, conversation
from store.exchange.notes import noted
from store.exchange.opinions import PART, with_opinion, with_setting
from store.exchange.tasks import Passed, Said, Task, time_of
from store.identity import identity

NAME: Final = "argilla"
PREFERRED: Final = ("prefer", "rank", "choice", "chosen", "winner", "better", "best")
"""In the name of the question that judges the answers, where several could."""
NO_FIELDS: Final = {
    "id",
    "status",
    "_server_id",
    "external_id",
    "dataset_id",
    "inserted_at",
    "updated_at",
    PART,
}
FLAT: Final = (".responses", ".suggestion")
STRICT: Final = ConfigDict(strict=True)


class One(BaseModel):
    """A response in the nested form."""

    model_config = STRICT

    user_id: str | None
    value: Any = None
    status: str | None = None


class OfUser(BaseModel):
    """All responses of a user in the server's form."""

    model_config = STRICT

    user_id: str | None
    status: str | None
    values: dict[str, dict[str, Any]] | None = None
    inserted_at: str | None = None


ONE: Final = TypeAdapter(One)
NESTED: Final = TypeAdapter(dict[str, list[One]])
OF_USERS: Final = TypeAdapter(list[OfUser])
OBJECT: Final = TypeAdapter[dict[str, Any]](dict[str, Any], config=STRICT)
NAMES: Final = TypeAdapter[dict[str, str]](dict[str, str], config=STRICT)
LIST: Final = TypeAdapter[list[Any]](list[Any], config=STRICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a user responded to a question, which is empty where only the status is told."""

    question: str
    user: str
    status: str
    value: Any
    made_at: str | None = None

    @property
    def counts(self) -> bool:
        """Whether the user stands by it: a draft is nobody's word, and a suggestion no response."""
        return self.status == "submitted" and self.value is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record, whatever its form: the answers' fields, and the question that judges them, if any does."""

    fields: Mapping[str, Any]
    names: tuple[str, ...]
    responses: tuple[Response, ...]
    question: str | None
    besides: Mapping[str, Any]


def record(found: Mapping[str, Any]) -> Record:
    """The record of plain values; RowError where it asks for no comparison."""
    fields = _fields(found)
    names = tuple(answer_names(fields))
    responses = tuple(_responses(found))
    for one in responses:
        if one.status not in {"submitted", "discarded", "draft", "pending"}:
            raise RowError(
                f"expected a status submitted, discarded, draft or pending; got {one.status[:40]!r}"
            )
    question = _question(responses, names)
    users = [one.user for one in responses if one.question == question and one.counts]
    if len(set(users)) < len(users):
        raise RowError(f"a user responded twice to {question}")
    return Record(fields=fields, names=names, responses=responses, question=question, besides=_besides(found))


def task(found: Mapping[str, Any]) -> Task:
    """The task that a record, as plain values, tells; RowError where it tells none."""
    told = record(found)
    asked = with_setting(
        Judgement(
            turns=conversation(told.fields, told.names),
            answers=tuple(
                Answer(text=told.fields[name], policy=NAME, meta=noted(NAME, {"place": place, "field": name}))
                for place, name in enumerate(told.names)
            ),
            ranks=(1,) * len(told.names),
            annotator=NAME,
            comparison_meta=noted(NAME, {"id": found.get("id"), "fields": identity(told.fields)}),
        ),
        told.besides.get("setting"),
    )
    opinions = fitted(told.besides.get("opinions", {}), OBJECT)
    skips = fitted(told.besides.get("skips", {}), NAMES)
    judging = [one for one in told.responses if one.question == told.question and one.counts]
    discarded = {one.user: one for one in told.responses if one.status == "discarded"}
    return Task(
        asked=asked,
        meta=noted(NAME, {"row": found}),
        said=tuple(_said(with_opinion(asked, opinions.get(one.user)), one, told.names) for one in judging),
        passed=tuple(
            Passed(
                key=user,
                annotator=_name(user),
                reason="discarded",
                made_at=time_of(one.made_at),
                lease_id=skips.get(user),
            )
            for user, one in discarded.items()
        ),
    )


def _said(asked: Judgement, one: Response, names: Sequence[str]) -> Said:
    ranks = ranks_of(one.value, names)
    if ranks is None:
        raise RowError(f"{one.question}: expected one of {', '.join(names)} or a tie; got {one.value!r:.40}")
    judgement = replace(
        asked,
        ranks=ranks,
        annotator=_name(one.user),
        both_bad=asked.both_bad or none_acceptable(one.value),
        made_at=time_of(one.made_at) if one.made_at else asked.made_at,
        label_meta=noted(NAME, {"key": one.user}),
    )
    return Said(key=one.user, judgement=judgement, meta=noted(NAME, {"key": one.user}))


def _name(user: str) -> str:
    return f"{NAME}:{user}"


def _fields(found: Mapping[str, Any]) -> Mapping[str, Any]:
    if "fields" in found:
        return fitted(found["fields"], OBJECT)
    if "_server_id" not in found and not any(name.endswith(FLAT) for name in found):
        raise RowError("expected a record with fields, or a flat one with responses or suggestions")
    return {name: told for name, told in found.items() if "." not in name and name not in NO_FIELDS}


def _besides(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an export of a home says besides, as JSON text in the metadata."""
    metadata = found.get("metadata", found)
    text = metadata.get(PART) if isinstance(metadata, dict) else None
    if text is None:
        return {}
    try:
        return fitted(from_json(text, allow_inf_nan=False) if isinstance(text, str) else text, OBJECT)
    except ValueError as error:
        raise RowError(f"{PART}: expected JSON as an export wrote it; {error}") from error


def _responses(found: Mapping[str, Any]) -> Iterator[Response]:
    told = found.get("responses")
    if told is None:
        yield from _flat(found)
    elif isinstance(told, list):
        for user in fitted(told, OF_USERS):
            if not user.values:
                yield _response("", user, None)
            for question, answered in (user.values or {}).items():
                yield replace(_response(question, user, answered.get("value")), made_at=user.inserted_at)
    else:
        for question, ones in fitted(told, NESTED).items():
            for one in ones:
                yield _response(question, one, one.value)


def _flat(found: Mapping[str, Any]) -> Iterator[Response]:
    for name in found:
        question = name.removesuffix(".responses")
        if question == name or found[name] is None:
            continue
        values = fitted(found[name], LIST)
        users = fitted(found.get(f"{name}.users") or [], LIST)
        statuses = fitted(found.get(f"{name}.status") or [None] * len(values), LIST)
        if not len(values) == len(users) == len(statuses):
            raise RowError(f"expected as many users and statuses as responses in {name}")
        for value, user, status in zip(values, users, statuses, strict=True):
            one = fitted({"user_id": user, "status": status, "value": value}, ONE)
            yield _response(question, one, value)


def _response(question: str, one: One | OfUser, value: object) -> Response:
    return Response(question=question, user=str(one.user_id), status=one.status or "submitted", value=value)


def _question(responses: Sequence[Response], names: Sequence[str]) -> str | None:
    """The question whose responses rank the answers: a ranking, else by its name, else the only one."""
    ranked = [one for one in responses if one.counts and ranks_of(one.value, names)]
    found = dict.fromkeys(one.question for one in ranked)
    lists = dict.fromkeys(one.question for one in ranked if isinstance(one.value, list))
    named = [name for name in found if any(word in name.lower() for word in PREFERRED)]
    for candidates in (list(lists), named, list(found)):
        if len(candidates) == 1:
            return candidates[0]
    if found:
        raise RowError(f"expected one question that judges the answers; got {', '.join(sorted(found))}")
    return None
