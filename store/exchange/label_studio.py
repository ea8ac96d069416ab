"""Label Studio's JSON export: an array of tasks, judged with the Pairwise tag or with a Ranker over a List.

A cancelled annotation is a skip, one that is a ground truth the known answer of a gold comparison, and a
prediction nothing. A task that nobody judged yet waits in the queue. Each task goes out as it came, with the
annotations that stand now; what was asked here goes out in the data of the same two templates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from store.door import Door
from store.exchange.changes import Change, changes
from store.exchange.elements import fitted
from store.exchange.facts import IMPORTED
from store.exchange.format import Format, LeftOut, Wanted
from store.exchange.label_studio_results import results_of
from store.exchange.label_studio_tasks import NAME, OBJECT, answers_of, key_of, task
from store.exchange.lines import BadRow, RowError
from store.exchange.notes import note_of
from store.exchange.opinions import MEASURES, PART, measures, opinion, setting
from store.exchange.publishing import ImportReport, Show, unseen
from store.exchange.standing_tasks import PassedOf, Standing
from store.exchange.tasks import Task, import_tasks, read_tasks, standing_tasks


def read(paths: Sequence[Path]) -> Iterator[Task | BadRow]:
    """Every task of the files, in order, or the reason why it is none."""
    return read_tasks(paths, task)


def import_label_studio(door: Door, paths: Sequence[Path], show: Show = unseen) -> ImportReport:
    """Brings the files into the door's home; again adds nothing. `added` counts comparisons and labels."""
    return import_tasks(door, NAME, read(paths), show)


def rows(door: Door, wanted: Wanted) -> Iterator[dict[str, Any] | LeftOut]:
    """The home's comparisons as tasks, judged or not; of those that measure, gold ones with their answer."""
    for standing in standing_tasks(door, wanted):
        yield MEASURES if measures(standing) and not standing.known else row(standing)


def row(standing: Standing) -> dict[str, Any]:
    """The comparison as a task: as it came, with what stands now; or as one of the two templates."""
    try:
        found: dict[str, Any] = fitted(note_of(NAME, standing.asked.meta).get("row"), OBJECT)
        told = task(found)
    except RowError:  # asked here, or another hand wrote the note
        return _asked_here(standing)
    keys, _ = answers_of(found["data"])
    given = [(key_of(one.get("id"), place), one) for place, one in enumerate(found.get("annotations") or ())]
    now = changes(NAME, told, standing, {key for key, _ in given})
    annotations = [
        _anew(now.anew[key], one, keys, now.order) if key in now.anew else one
        for key, one in given
        if key not in now.withdrawn
    ]
    annotations += [_annotation(change, keys, now.order) for change in now.besides]
    annotations += [
        _cancelled(passed)
        for passed in standing.passed
        if not passed.annotator.startswith(f"{IMPORTED}{NAME}")
    ]
    return {**found, "annotations": annotations} if found.get("annotations") or annotations else found


def _asked_here(standing: Standing) -> dict[str, Any]:
    asked = standing.asked
    now = changes(NAME, None, standing)
    count = len(asked.answers)
    keys = [f"answer{place}" for place in range(1, count + 1)]
    words = dict(zip(keys, (answer.text for answer in asked.answers), strict=True))
    items = [{"id": key, "title": key, "body": text} for key, text in words.items()]
    turns = [{"role": turn.role, "content": turn.content} for turn in asked.turns]
    data = {
        "prompt": asked.turns[-1].content,
        **({"messages": turns} if len(turns) > 1 else {}),
        **(words if count == 2 else {"items": items}),
        PART: setting(asked),
    }
    annotations = [_annotation(change, keys, now.order) for change in now.besides]
    annotations += [_cancelled(passed) for passed in standing.passed]
    if known := standing.known:
        results = results_of(known.ranks, keys, ())
        annotations.append(
            {
                "result": results,
                "completed_by": {"email": known.annotator.removeprefix(IMPORTED)},
                "ground_truth": True,
            }
        )
    return {"data": data, "annotations": annotations}


def _annotation(change: Change, keys: Sequence[str], order: Sequence[int]) -> dict[str, Any]:
    """A label that its task's row knows not of: it came with a later export, or was said here."""
    came = note_of(NAME, change.said.meta).get("row")
    said = change.said
    plain = {
        "result": [],
        "completed_by": {"email": said.annotator.removeprefix(IMPORTED)},
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": said.seconds,
        "created_at": f"{said.made_at.isoformat()}Z",
    }
    if isinstance(came, dict) and isinstance(came.get("result"), list):
        now = _anew(change, came, keys, order)
        return came if _said_alike(now, came) else now
    return _anew(change, plain, keys, order)


def _said_alike(now: Mapping[str, Any], came: Mapping[str, Any]) -> bool:
    """Whether they say the same, whatever ids the home gives it."""
    told = {name: one for name, one in now[PART].items() if name not in {"label_id", "comparison_id"}}
    return now["result"] == came["result"] and told == (came.get(PART) or {})


def _anew(
    change: Change, one: Mapping[str, Any], keys: Sequence[str], order: Sequence[int]
) -> dict[str, Any]:
    besides = opinion(change.said, order)
    kept = {name: told for name, told in one.items() if name != PART}
    return {**kept, "result": results_of(change.ranks, keys, one["result"]), PART: besides}


def _cancelled(passed: PassedOf) -> dict[str, Any]:
    return {
        "result": [],
        "completed_by": {"email": passed.annotator.removeprefix(IMPORTED)},
        "was_cancelled": True,
        "created_at": f"{passed.made_at.isoformat()}Z",
        PART: {"lease_id": passed.lease_id},
    }


FORMAT: Final = Format(
    name=NAME,
    words="Label Studio's tasks with their annotations",
    bring=import_label_studio,
    rows=rows,
)
