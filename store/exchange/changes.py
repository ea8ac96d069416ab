"""What a home says otherwise of a task than the row that it came from. Knows no tool."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from store.exchange.judgements import Judgement
from store.exchange.notes import note_of
from store.exchange.scores import places
from store.exchange.standing_tasks import SaidOf, Standing
from store.exchange.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A label as it stands now, and its ranks in the order of the file's answers."""

    said: SaidOf
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """By the keys of the row's labels: those withdrawn, those said anew; and what was said besides.

    `order[i]` is the comparison's place of the file's answer i.
    """

    order: tuple[int, ...]
    withdrawn: Collection[str]
    anew: Mapping[str, Change]
    besides: tuple[Change, ...]


def changes(source: str, task: Task | None, standing: Standing, keys: Collection[str] = ()) -> Changes:
    """What stands now beside what the row told; `keys` are all that the row has a place for."""
    order = file_order(source, standing)
    told = {said.key: said.judgement for said in task.said} if task else {}
    current: dict[str, Change] = {}
    besides: list[Change] = []
    for said in standing.said:
        change = Change(said=said, ranks=tuple(said.ranks[place] for place in order))
        key = str(note_of(source, said.meta).get("key"))
        if key in keys and key not in current:
            current[key] = change
        else:
            besides.append(change)
    return Changes(
        order=order,
        withdrawn=told.keys() - current.keys(),
        anew={
            key: current[key]
            for key, judgement in told.items()
            if key in current and not _alike(judgement, current[key], order)
        },
        besides=tuple(besides),
    )


def file_order(source: str, standing: Standing) -> tuple[int, ...]:
    """The comparison's places in the order of the row that it came from; as they are where there is none."""
    usual = range(len(standing.asked.answers))
    notes = [note_of(source, answer.meta) for answer in standing.asked.answers]
    found: list[int] = [note["place"] for note in notes if isinstance(note.get("place"), int)]
    return tuple(map(found.index, usual)) if sorted(found) == list(usual) else tuple(usual)


def _alike(told: Judgement, now: Change, order: tuple[int, ...]) -> bool:
    said = now.said
    safety = tuple(said.safety[place] for place in order) if said.safety else ()
    besides: list[tuple[Any, Any]] = [
        (told.degree, said.degree),
        (told.both_bad, said.both_bad),
        (told.safety, safety),
        (told.reasons, said.reasons),
        (told.comment, said.comment),
    ]
    return places(told.ranks) == places(now.ranks) and all(one == other for one, other in besides)
