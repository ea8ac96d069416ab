"""Retraction: labels are voided, an annotator's with the demonstrations; what they touched is told and marked
until it is trained anew."""

from __future__ import annotations

from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from store import (
    adjudications,
    annotators,
    comparisons,
    demonstrations,
    golds,
    guidelines,
    labels,
    lineage,
    progress,
    reviews,
)
from store.database import Store
from store.descent import Thread, everything
from store.errors import NotAllowedError, RequestError
from store.identity import identity
from store.marks import marks
from store.messages import Actor, ListMarks, Mark
from store.records import (
    DemonstrationRetraction,
    Fact,
    Label,
    Qualification,
    Retraction,
    Review,
    Role,
    Track,
    Verdict,
)
from store.verbs.assignments import LONGEST_COMMENT, check_words
from store.verbs.roles import allow
from store.verbs.vouching import Vouch, reviewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """Retracts every standing label and demonstration of `annotator:NAME`, or `label:ID`, and says why.

    `dry_run` changes nothing and tells what would be touched; `suspend` also bars the annotator from both
    tracks. `vouch` where the command asks for a person; without, the command itself retracts.
    """

    thing: str
    why: str
    dry_run: bool = False
    suspend: bool = False
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Voided:
    """The labels retracted and everything that they touched; `comparisons` are open to others again, and
    `demonstrations` teach nobody any more, nor do `adjudicated` labels, whose place the annotator's own
    judgement as a reviewer had taken.

    `golds` were made of the labels and measure nobody any more; `suspended` names who was barred; `marks`,
    once they are retracted, are on what learned from the labels, and count all that do not stand.
    """

    thing: str
    labels: tuple[str, ...]
    snapshots: tuple[str, ...]
    reward_models: tuple[str, ...]
    policies: tuple[str, ...]
    comparisons: tuple[str, ...]
    demonstrations: tuple[str, ...] = ()
    adjudicated: tuple[str, ...] = ()
    golds: tuple[str, ...] = ()
    suspended: str | None = None
    dry_run: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What the annotator gave that stands and is meant: labels, the ids of demonstrations, and those of
    labels whose place their own judgement took."""

    annotator_id: str
    labels: list[Label]
    demonstrations: list[str]
    adjudicated: list[str]


def void(store: Store, actor: Actor, request: Void) -> Voided:
    """Retracts in one transaction and gives the comparisons back to the queue, never to who judged them."""
    allow(actor, Role.REVIEWER)
    who = reviewer(store, actor, request.vouch) if request.vouch else actor
    check_words("reason", request.why, LONGEST_COMMENT)
    if not (request.why.strip() or request.dry_run):
        raise RequestError("Expected why the labels are void; got nothing. Say it in a few words.")
    with store.reading() as db:
        noun, name = lineage.meant(db, everything(db), request.thing, ("annotator", "label"))
        annotator_id = _annotator(db, noun, name)
    if annotator_id == who.annotator_id:
        raise NotAllowedError("Nobody voids their own labels; undo them, or leave it to another reviewer.")
    with store.turns.of(annotator_id), store.reading() as db:
        given = _Given(
            annotator_id=annotator_id,
            labels=labels.standing(db, noun, name),
            demonstrations=demonstrations.standing(db, name) if noun == "annotator" else [],
            adjudicated=adjudications.by(db, name) if noun == "annotator" else [],
        )
        if not (given.labels or given.demonstrations or given.adjudicated or request.suspend):
            raise RequestError(f"Nothing of {lineage.told(db, noun, name)} stands that could be voided.")
        impact = _impact(db, store, noun, name, given)
        if request.dry_run:
            return replace(impact, dry_run=True)
        _retract(store, who, request, given)
        thread = Thread(set(impact.snapshots), set(impact.reward_models), set(impact.policies))
        return replace(
            impact,
            marks=lineage.touched(marks(db, store.home), thread),
            suspended=_name(db, annotator_id) if request.suspend else None,
        )


def list_marks(store: Store, actor: Actor, _request: ListMarks) -> tuple[Mark, ...]:
    """Everything that is marked "trained on retracted labels"."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        return marks(db, store.home)


def _annotator(db: DuckDBPyConnection, noun: str, name: str) -> str:
    """Whose labels they are."""
    if noun == "annotator":
        return name
    label = labels.by_id(db, name)
    assert label is not None  # noqa: S101  # it was just found
    return label.annotator_id


def _name(db: DuckDBPyConnection, annotator_id: str) -> str:
    person = annotators.by_id(db, annotator_id)
    return person.name if person else annotator_id


def _retract(store: Store, actor: Actor, request: Void, given: _Given) -> None:
    progress.tell("retracting", 0.0, f"{len(given.labels)} labels")
    facts: list[Fact] = [
        Retraction(label_id=label.label_id, annotator_id=actor.annotator_id, reason=request.why)
        for label in given.labels
    ]
    facts += [
        DemonstrationRetraction(demonstration_id=one, annotator_id=actor.annotator_id, reason=request.why)
        for one in given.demonstrations
    ]
    with store.turns.of("gold"), store.reading() as db:  # nobody makes them gold meanwhile
        facts += [_excluded(db, actor, request, one) for one in given.adjudicated]
        facts += golds.ends(db, [label.label_id for label in given.labels], actor.annotator_id, request.why)
        if request.suspend:
            facts += [
                Qualification(
                    annotator_id=given.annotator_id,
                    track=track,
                    guideline_version=guidelines.version(db, track),
                    passed=False,
                    why=request.why,
                    given_by=actor.annotator_id,
                )
                for track in Track
            ]
        store.append(actor.annotator_id, *facts)
        found = comparisons.wanted(db, [label.comparison_id for label in given.labels])
    wanted = {one.comparison_id: one for one in found}
    for label in given.labels:
        store.queue.withdraw(label, wanted[label.comparison_id])


def _excluded(db: DuckDBPyConnection, actor: Actor, request: Void, label_id: str) -> Review:
    """Neither the label nor the judgement that took its place teaches any more."""
    return Review(
        review_id=identity("review", label_id, reviews.count(db, label_id)),
        label_id=label_id,
        reviewer_id=actor.annotator_id,
        verdict=Verdict.EXCLUDE,
        why=request.why,
    )


def _impact(db: DuckDBPyConnection, store: Store, noun: str, name: str, given: _Given) -> Voided:
    """What retracting them touches."""
    progress.tell("looking for what they touched", 0.0)
    thread = lineage.holding(db, store.home, everything(db), noun, name)
    label_ids = [label.label_id for label in given.labels]
    return Voided(
        thing=lineage.told(db, noun, name),
        labels=tuple(label_ids),
        snapshots=tuple(sorted(thread.snapshots)),
        reward_models=tuple(sorted(thread.reward_models)),
        policies=tuple(sorted(thread.policies)),
        comparisons=tuple(labels.opened_by(db, label_ids)),
        demonstrations=tuple(given.demonstrations),
        adjudicated=tuple(given.adjudicated),
        golds=tuple(golds.made_of(db, label_ids)),
    )
