"""What reviewers found so far: how often each way of finding labels finds wrong ones, and their causes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store import review_outcomes
from store.database import Store
from store.intervals import Interval, wilson
from store.messages import Actor
from store.quality.worth import Reason
from store.records import Cause, Role
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class CountReviews:
    """Wants what reviewers found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of so many things that were looked at for a reason, the share that was not confirmed."""

    reason: Reason
    reviewed: int
    wrong: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCounts:
    """By the newest verdict on each; `outcomes` of what was drawn by chance tell of all labels."""

    outcomes: tuple[Outcome, ...]
    causes: Mapping[Cause, int]


def count_reviews(store: Store, actor: Actor, _request: CountReviews) -> ReviewCounts:
    """Reasons and causes in their own order; a reason for which nothing was reviewed is left out."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        found, causes = review_outcomes.outcomes(db), review_outcomes.causes(db)
        found[Reason.CHANCE] = review_outcomes.drawn(db, Reason.CHANCE)
    outcomes = tuple(
        Outcome(reason=reason, reviewed=found[reason][0], wrong=wilson(found[reason][1], found[reason][0]))
        for reason in Reason
        if found.get(reason, (0, 0))[0]
    )
    return ReviewCounts(outcomes=outcomes, causes=causes)
