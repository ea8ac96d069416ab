"""A comparison as labelling tools keep it: one task, and what each annotator said of it, skipped or knows.

A tool's export of a task grows while people work. So a task is known by its own key and what it asks, a
label by its key and what it says: an export that has grown adds what is new, and the row that came first
stays. Knows no format and no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from store.door import Door
from store.exchange.elements import bad, elements, value
from store.exchange.facts import IMPORTED, annotator
from store.exchange.facts import facts as judged
from store.exchange.facts import label as label_of
from store.exchange.format import Wanted
from store.exchange.judgements import Judgement
from store.exchange.lines import BadRow, RowError
from store.exchange.own import Own, own
from store.exchange.publishing import ImportReport, Show, publish, shown
from store.exchange.splitting import UNKNOWN_TIME
from store.exchange.standing_tasks import Standing
from store.identity import identity
from store.records import Comparison, Fact, Gold, Label, Skip
from store.verbs.reading import ReadTasks, read_standing_tasks

ONCE: Final = ("policies", "batches", "prompts", "responses")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A label: its judgement, whose `label_meta` holds only what does not change in the source, such as its
    key; and `meta`, all that the source says of it."""

    key: str
    judgement: Judgement
    meta: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """An annotator's skip; `key` tells it from another of the same annotator, and `lease_id` is that of the
    home that wrote the file."""

    key: str
    annotator: str
    reason: str
    made_at: datetime = UNKNOWN_TIME
    lease_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The known answer, and who gave it."""

    key: str
    annotator: str
    ranks: tuple[int, ...]
    made_at: datetime = UNKNOWN_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is asked, as a judgement that says nothing yet, and what was said. `asked.comparison_meta` holds
    only what does not change in the source; `meta` is all that the source says of the task."""

    asked: Judgement
    meta: str
    said: tuple[Said, ...] = ()
    passed: tuple[Passed, ...] = ()
    known: Known | None = None


def read_tasks(paths: Sequence[Path], task: Callable[[dict[str, Any]], Task]) -> Iterator[Task | BadRow]:
    """Every task of the files, in order, or the reason why it is none."""
    for line in elements(paths):
        if isinstance(line, BadRow):
            yield line
            continue
        try:
            yield task(value(line))
        except RowError as error:
            yield bad(line, error)


def import_tasks(door: Door, source: str, read: Iterable[Task | BadRow], show: Show) -> ImportReport:
    """Brings tasks into the door's home. `rows` counts tasks, `added` and `there` comparisons and labels."""
    things = 0

    def counted() -> Iterator[Task | BadRow]:
        nonlocal things
        for task in shown(read, show):
            things += 0 if isinstance(task, BadRow) else 1 + len(task.said)
            yield task

    def tables(tasks: Sequence[Task]) -> Mapping[str, Sequence[Fact]]:
        told = [one for task in tasks for one in (task.asked, *(said.judgement for said in task.said))]
        leases = [one.lease_id for task in tasks for one in task.passed if one.lease_id]
        return facts(source, tasks, own(door, told, leases))

    report = publish(
        door,
        source,
        counted(),
        tables,
        lambda counts: counts.comparisons + counts.labels + counts.evaluation_labels,
    )
    return replace(report, there=things - report.added, things="comparisons and labels")


def standing_tasks(door: Door, wanted: Wanted) -> Iterator[Standing]:
    """The home's comparisons that are wanted, page by page through the door, whoever owns the home."""
    first: int | None = 0
    while first is not None:
        found = door.ask(read_standing_tasks, ReadTasks(selection=wanted.selection, first=first))
        yield from found.tasks
        wanted.show(found.done, "read")
        first = found.following


def facts(source: str, tasks: Sequence[Task], there: Own) -> Mapping[str, Sequence[Fact]]:
    """The tasks as facts, by table, without what is there already in the home that told it."""
    tables: dict[str, dict[str, Fact]] = defaultdict(dict)
    for whole in tasks:
        task = replace(whole, said=tuple(said for said in whole.said if not there.has(said.judgement)))
        if there.of_comparison(task.asked) is not None:
            _attach(tables, task, there)
            continue
        asked = judged(source, [task.asked])
        for name in ONCE:
            tables[name] |= {identity(fact): fact for fact in asked[name]}
        (comparison,) = (one for one in asked["comparisons"] if isinstance(one, Comparison))
        told: dict[str, list[tuple[str, Fact]]] = {
            "comparisons": [(comparison.comparison_id, replace(comparison, meta=task.meta))],
            "labels": [(one.label_id, one) for one in (_label(source, said) for said in task.said)],
            "skips": [
                (one.lease_id, one) for one in (_skip(one, comparison.comparison_id) for one in task.passed)
            ],
            "golds": [(comparison.comparison_id, _gold(source, task.asked, task.known))]
            if task.known
            else [],
            "annotators": [(name, annotator(name)) for name in _names(task)],
        }
        for name, found in told.items():
            for key, fact in found:
                tables[name].setdefault(key, fact)
    return {name: list(found.values()) for name, found in tables.items()}


def _attach(tables: Mapping[str, dict[str, Fact]], task: Task, there: Own) -> None:
    """Adds what was said since of a comparison of this home; its known answer is the home's own affair."""
    comparison_id = task.asked.comparison_id or ""
    for said in task.said:
        here = there.of_comparison(said.judgement)
        if here is not None:
            made = replace(label_of(here, comparison_id), meta=said.meta)
            tables["labels"].setdefault(made.label_id, made)
            tables["annotators"].setdefault(here.annotator, annotator(here.annotator))
    for passed in task.passed:
        if there.known.skips.get(passed.lease_id or "") != comparison_id:
            skip = _skip(passed, comparison_id)
            tables["skips"].setdefault(skip.lease_id, skip)
            tables["annotators"].setdefault(passed.annotator, annotator(passed.annotator))


def time_of(told: object) -> datetime:
    """The time in UTC that a text tells as ISO 8601 has it; the unknown time where it does not."""
    try:
        time = datetime.fromisoformat(told) if isinstance(told, str) else UNKNOWN_TIME
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError):
        return UNKNOWN_TIME


def _names(task: Task) -> set[str]:
    said = {said.judgement.annotator for said in task.said} | {one.annotator for one in task.passed}
    return said | {task.known.annotator} if task.known else said


def _label(source: str, said: Said) -> Label:
    (label,) = (one for one in judged(source, [said.judgement])["labels"] if isinstance(one, Label))
    return replace(label, meta=said.meta)


def _skip(passed: Passed, comparison_id: str) -> Skip:
    annotator_id = f"{IMPORTED}{passed.annotator}"
    return Skip(
        lease_id=identity("skip", comparison_id, annotator_id, passed.key),
        comparison_id=comparison_id,
        annotator_id=annotator_id,
        reason=passed.reason,
        made_at=passed.made_at,
    )


def _gold(source: str, asked: Judgement, known: Known) -> Gold:
    """Its ranks in the order of the comparison's answers, as a label's are."""
    told = judged(source, [replace(asked, ranks=known.ranks)])
    (label,) = (one for one in told["labels"] if isinstance(one, Label))
    return Gold(
        comparison_id=label.comparison_id,
        ranks=label.ranks,
        why="",
        annotator_id=f"{IMPORTED}{known.annotator}",
        made_at=known.made_at,
    )
