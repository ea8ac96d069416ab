"""Judgements as facts for a home that may have told some of them itself: its own export, brought back.

A row that names a label of this home, withdrawn or not, about the same words, adds nothing. One that names a
comparison of this home with the same words is a label of that comparison. Ids of other homes mean nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from store.door import Door
from store.exchange.facts import annotator, facts, label
from store.exchange.judgements import Judgement, ordered
from store.exchange.known import Known, Named
from store.records import Fact, Label
from store.verbs.recognising import Recognise, recognise


@dataclass(frozen=True, slots=True)
class Own:
    """What of some judgements the home has already."""

    known: Known

    def has(self, told: Judgement) -> bool:
        """Whether the home has this very label."""
        there = self.known.labels.get(told.label_id or "")
        return there is not None and _order(told, self.known, there) is not None

    def of_comparison(self, told: Judgement) -> Judgement | None:
        """The judgement in the order of the home's comparison that it names; None where that is not there."""
        order = _order(told, self.known, told.comparison_id or "")
        return None if order is None else ordered(told, order)


def own(door: Door, judgements: Sequence[Judgement], skips: Sequence[str] = ()) -> Own:
    """Asks the home about the judgements that name something, and about skips by their ids."""
    named = [one for one in judgements if one.comparison_id]
    if not named and not skips:
        return Own(Known())
    labels = tuple({one.label_id: None for one in named if one.label_id})
    comparisons = tuple({one.comparison_id: None for one in named if one.comparison_id})
    asked = Named(labels=labels, comparisons=comparisons, skips=tuple(skips))
    return Own(door.ask(recognise, Recognise(named=asked)))


def facts_for(door: Door, source: str, judgements: Sequence[Judgement]) -> Mapping[str, Sequence[Fact]]:
    """The judgements that are new to the door's home, as facts by table; nothing where none is."""
    there = own(door, judgements)
    new: list[Judgement] = []
    attached: dict[str, Label] = {}
    names: set[str] = set()
    for told in judgements:
        if there.has(told):
            continue
        here = there.of_comparison(told)
        if here is None:
            new.append(told)
        else:
            names.add(told.annotator)
            made = label(here, here.comparison_id or "")
            attached[made.label_id] = made
    tables = dict(facts(source, new)) if new else {}
    if attached:
        people: dict[Fact, None] = dict.fromkeys(tables.get("annotators", ()))
        tables["annotators"] = [*(people | dict.fromkeys(map(annotator, sorted(names))))]
        tables["labels"] = [*tables.get("labels", ()), *attached.values()]
    return tables


def digest(text: str) -> str:
    """As the database makes it."""
    return sha256(text.encode()).hexdigest()


def _order(told: Judgement, known: Known, comparison_id: str) -> list[int] | None:
    """For each answer of the comparison its place in the judgement; None where their words differ."""
    words = known.comparisons.get(comparison_id)
    if words is None or words.prompt != digest(told.turns[-1].content):
        return None
    here = [digest(answer.text) for answer in told.answers]
    order: list[int] = []
    for one in words.answers:
        place = next((at for at, other in enumerate(here) if other == one and at not in order), None)
        if place is None:
            return None
        order.append(place)
    return order if len(order) == len(here) else None
