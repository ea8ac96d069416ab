"""Who may judge a track."""

from __future__ import annotations

from dataclasses import dataclass

from store import annotators, guidelines
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Qualification, Role, Track
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualify:
    """Whether a person may judge a track, and why."""

    name: str
    track: Track
    passed: bool
    why: str


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
