"""What annotators are measured by: gold answers and qualifications."""

from __future__ import annotations

from dataclasses import dataclass, replace

from store import annotators, comparisons, edits, guidelines, labels
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.identity import identity
from store.messages import Actor
from store.records import Gold, Purpose, Qualification, Role, Track, now
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGold:
    """What this label says is right: others shall be asked its comparison and measured by it."""

    label_id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualify:
    """Whether a person may judge a track, and why."""

    name: str
    track: Track
    passed: bool
    why: str


def make_gold(store: Store, actor: Actor, request: MakeGold) -> Gold:
    """A gold comparison of the label's responses; RequestError when there is one already."""
    allow(actor, Role.REVIEWER)
    check_words("reason", request.why, LONGEST_REASON)
    with store.turns.of("gold"), store.reading() as db:
        label = labels.by_id(db, request.label_id)
        if label is None or labels.retracted(db, request.label_id):
            raise RequestError(f"Expected a label that stands; there is none with the id {request.label_id}.")
        said = edits.newest(db, label.label_id) or label
        comparison = comparisons.by_id(db, label.comparison_id)
        assert comparison is not None  # noqa: S101  # it was judged
        comparison_id = identity(Purpose.GOLD, comparison.repeats or comparison.comparison_id)
        if comparisons.by_id(db, comparison_id) is not None:
            raise RequestError("This comparison has a gold answer already; review that one instead.")
        asked = replace(
            comparison,
            comparison_id=comparison_id,
            purpose=Purpose.GOLD,
            overlap=1,
            repeats=comparison.repeats or comparison.comparison_id,
            made_at=now(),
        )
        gold = Gold(
            comparison_id=comparison_id,
            ranks=said.ranks,
            safety=said.safety,
            why=request.why,
            annotator_id=actor.annotator_id,
        )
        store.append(actor.annotator_id, asked, gold)
    return gold


def qualify(store: Store, actor: Actor, request: Qualify) -> Qualification:
    """The person may judge the track from now on, or no longer; what they hold there is let go.

    NotAllowedError when it is the actor, who would be judge of their own case.
    """
    allow(actor, Role.REVIEWER)
    check_words("reason", request.why, LONGEST_REASON)
    with store.reading() as db:
        annotator = annotators.by_name(db, request.name)
        if annotator is None:
            raise RequestError(f"There is nobody named {request.name}; add them first.")
        if annotator.annotator_id == actor.annotator_id:
            raise NotAllowedError("Nobody qualifies themselves; leave it to another reviewer.")
        version = guidelines.version(db, request.track)
    with store.turns.of(annotator.annotator_id):  # not while they submit, and in the order of the rows
        qualification = Qualification(
            annotator_id=annotator.annotator_id,
            track=request.track,
            guideline_version=version,
            passed=request.passed,
            why=request.why,
            given_by=actor.annotator_id,
        )
        store.append(actor.annotator_id, qualification)
    return qualification
