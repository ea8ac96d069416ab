"""Gold answers: one is made of a label that is right, listed, and withdrawn when it is found wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from store import comparisons, edits, golds, labels, lineage, reviews
from store.database import Store
from store.descent import everything
from store.errors import RequestError
from store.golds import KnownAnswer
from store.identity import identity
from store.messages import Actor
from store.records import Gold, GoldEnd, Label, Purpose, Role, now
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.blindness import held, seen, show
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGold:
    """What this label says is right: others shall be asked its comparison and measured by it.

    `label_id` may be `label:ID` or its first letters.
    """

    label_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGolds:
    """Wants to see the known answers, ended ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawGold:
    """A gold comparison, or its first letters, shall measure nobody any more."""

    comparison_id: str
    why: str


def make_gold(store: Store, actor: Actor, request: MakeGold) -> Gold:
    """A gold comparison of the label's responses; RequestError when there is or was one already."""
    allow(actor, Role.REVIEWER)
    check_words("reason", request.why, LONGEST_REASON)
    with store.turns.of("gold"), store.reading() as db:
        label = _standing(db, request.label_id)
        said = edits.newest(db, label.label_id) or label
        comparison = comparisons.by_id(db, label.comparison_id)
        assert comparison is not None  # noqa: S101  # it was judged
        original = comparison.repeats or comparison.comparison_id
        asked = replace(
            comparison,
            comparison_id=identity(Purpose.GOLD, original),
            purpose=Purpose.GOLD,
            overlap=1,
            repeats=original,
            made_at=now(),
        )
        _check_new(db, asked.comparison_id)
        gold = Gold(
            comparison_id=asked.comparison_id,
            ranks=said.ranks,
            safety=said.safety,
            why=request.why,
            annotator_id=actor.annotator_id,
            label_id=label.label_id,
        )
        sightings = seen(db, actor, [label.comparison_id, asked.comparison_id])
        store.append(actor.annotator_id, asked, gold, *sightings)
    return gold


def list_golds(store: Store, actor: Actor, _request: ListGolds) -> tuple[KnownAnswer, ...]:
    """Every known answer, the oldest first, but those that the actor is just asked."""
    allow(actor, Role.REVIEWER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        asked = held(store, actor)
        listed = tuple(one for one in golds.every(db) if one.comparison_id not in asked)
        show(store, db, actor, [one.comparison_id for one in listed])
    return listed


def withdraw_gold(store: Store, actor: Actor, request: WithdrawGold) -> GoldEnd:
    """Nobody is asked it any more; what was judged of it stays."""
    allow(actor, Role.REVIEWER)
    check_words("reason", request.why, LONGEST_REASON)
    if not request.why.strip():
        raise RequestError("Expected why it is withdrawn; got nothing. Say it in a few words.")
    with store.turns.of("gold"), store.reading() as db:
        start = request.comparison_id
        found = [one for one in golds.every(db) if start and one.comparison_id.startswith(start)]
        if len(found) != 1:
            raise RequestError(
                f"Expected the id of one gold answer; {len(found)} begin with {start!r}. "
                "hone gold --list names them."
            )
        if found[0].ended_at is not None:
            raise RequestError(f"The gold answer {found[0].comparison_id} was withdrawn already.")
        end = GoldEnd(comparison_id=found[0].comparison_id, annotator_id=actor.annotator_id, why=request.why)
        store.append(actor.annotator_id, end)
    return end


def _standing(db: DuckDBPyConnection, start: str) -> Label:
    """The label that is meant, which must stand."""
    thing = start if ":" in start else f"label:{start}"
    _noun, name = lineage.meant(db, everything(db), thing, ("label",))
    label = labels.by_id(db, name)
    assert label is not None  # noqa: S101  # it was just found
    if labels.retracted(db, name) or reviews.overruled(db, name):
        raise RequestError(f"Expected a label that stands; {name} was withdrawn or overruled.")
    return label


def _check_new(db: DuckDBPyConnection, comparison_id: str) -> None:
    for known in golds.every(db):
        if known.comparison_id == comparison_id and known.ended_at is None:
            raise RequestError(
                f"This comparison has a gold answer already, {comparison_id}; leave it, or withdraw it with "
                f"hone gold --withdraw {comparison_id}."
            )
        if known.comparison_id == comparison_id:
            raise RequestError(
                "This comparison had a gold answer that was withdrawn, and people may have seen it; make one "
                "of another comparison."
            )
