"""Argilla 2's records: fields to compare, and a ranking or label question that users respond to.

What a user submitted is a label and what one discarded a skip; a draft is nobody's word, and a suggestion
nothing. A record that nobody judged yet waits in the queue. Each record goes out as it came, with what stands
now; what was asked here goes out as the client's nested records with a ranking question, `preference`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from store.door import Door
from store.exchange.argilla_records import NAME, OBJECT, Record, record, task
from store.exchange.argilla_values import value_of
from store.exchange.changes import Change, Changes, changes
from store.exchange.elements import fitted
from store.exchange.facts import IMPORTED
from store.exchange.format import Format, LeftOut, Wanted
from store.exchange.lines import BadRow, RowError
from store.exchange.notes import note_of
from store.exchange.opinions import MEASURES, PART, measures, opinion, setting, timed
from store.exchange.publishing import ImportReport, Show, unseen
from store.exchange.standing_tasks import Standing
from store.exchange.tasks import Task, import_tasks, read_tasks, standing_tasks
from store.identity import canonical

QUESTION: Final = "preference"


def read(paths: Sequence[Path]) -> Iterator[Task | BadRow]:
    """Every record of the files, in order, or the reason why it is none."""
    return read_tasks(paths, task)


def import_argilla(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing. `added` counts comparisons and labels."""
    return import_tasks(door, NAME, read(paths), show)


def rows(door: Door, wanted: Wanted) -> Iterator[dict[str, Any] | LeftOut]:
    """The home's comparisons as records, judged or not, without those that only measure."""
    for standing in standing_tasks(door, wanted):
        yield MEASURES if measures(standing) else row(standing)


def row(standing: Standing) -> dict[str, Any]:
    """The comparison as a record: as it came, with what stands now; or with a ranking question."""
    try:
        found: dict[str, Any] = fitted(note_of(NAME, standing.asked.meta).get("row"), OBJECT)
        told = task(found)
    except RowError:  # asked here, or another hand wrote the note
        return _asked_here(standing)
    now = changes(NAME, told, standing, {said.key for said in told.said})
    if not (now.withdrawn or now.anew or now.besides):
        return found
    return _as_it_stands(found, record(found), now)


def _as_it_stands(found: Mapping[str, Any], told: Record, now: Changes) -> dict[str, Any]:
    """The record, in the nested form, with its question's values as they stand."""
    question = told.question or QUESTION
    responses: dict[str, list[dict[str, Any]]] = {question: []}
    for one in told.responses:
        value = one.value
        if one.question == told.question and one.counts:
            if one.user in now.withdrawn:
                continue
            if change := now.anew.get(one.user):
                value = value_of(change.ranks, told.names, value)
        responses.setdefault(one.question or question, []).append(_one(one.user, value, one.status))
    responses[question] += [_one(_user(change), value_of(change.ranks, told.names)) for change in now.besides]
    metadata = found.get("metadata")
    changed = {name: one for name, one in found.items() if "." not in name and name not in told.fields} | {
        "fields": dict(told.fields),
        "responses": responses,
        "metadata": dict(metadata) if isinstance(metadata, dict) else {},
    }
    _note(changed, told.besides, _opinions(now))
    return changed


def _asked_here(standing: Standing) -> dict[str, Any]:
    asked = standing.asked
    now = changes(NAME, None, standing)
    names = [f"response-{place}" for place in range(1, len(asked.answers) + 1)]
    turns = [{"role": turn.role, "content": turn.content} for turn in asked.turns]
    found: dict[str, Any] = {
        "id": asked.comparison_id,
        "fields": {
            "prompt": turns if len(turns) > 1 else asked.turns[-1].content,
            **dict(zip(names, (answer.text for answer in asked.answers), strict=True)),
        },
        "metadata": {},
        "suggestions": {},
        "responses": {
            QUESTION: [_one(_user(change), value_of(change.ranks, names)) for change in now.besides]
            + [_one(passed.annotator.removeprefix(IMPORTED), None, "discarded") for passed in standing.passed]
        },
        "vectors": {},
    }
    skips = {passed.annotator.removeprefix(IMPORTED): passed.lease_id for passed in standing.passed}
    _note(found, {"setting": setting(asked), **({"skips": skips} if skips else {})}, _opinions(now))
    return found


def _one(user: str, value: object, status: str = "submitted") -> dict[str, Any]:
    return {"user_id": user, "value": value, "status": status}


def _opinions(now: Changes) -> dict[str, Any]:
    told: list[Change] = [*now.anew.values(), *now.besides]
    return {_user(change): {**opinion(change.said, now.order), **timed(change.said)} for change in told}


def _user(change: Change) -> str:
    """The user's own id where the label came with a record, else the annotator's name."""
    return str(note_of(NAME, change.said.meta).get("key", change.said.annotator.removeprefix(IMPORTED)))


def _note(found: dict[str, Any], besides: Mapping[str, Any], opinions: Mapping[str, Any]) -> None:
    """Adds what the tool has no place for to the metadata, as text: it takes no objects there."""
    told = {**besides, **({"opinions": {**besides.get("opinions", {}), **opinions}} if opinions else {})}
    if told:
        found["metadata"][PART] = canonical(told)


FORMAT: Final = Format(
    name=NAME,
    words="Argilla's records with their responses",
    bring=import_argilla,
    rows=rows,
)
