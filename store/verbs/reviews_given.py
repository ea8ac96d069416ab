"""What reviewers have ruled on already, to be looked at once more, and any one label or flag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from store import exposures, reviews, rulings
from store.database import Store
from store.messages import Actor
from store.records import Role
from store.verbs.blindness import check_not_held, held, show
from store.verbs.covers import check_not_spared
from store.verbs.due_review import DueReview, Found, due_reviews
from store.verbs.reviewing import ruled_on
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReviewsGiven:
    """Wants the labels and flags on which somebody ruled, so many of them at most."""

    most: Annotated[int, Field(ge=1, le=500)] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtReview:
    """Wants one `label:ID` or `skip:ID`; of a label the first letters will do."""

    thing: str


def look_at_review(store: Store, actor: Actor, request: LookAtReview) -> DueReview:
    """The label or flag as it is ruled on; who reads it judges the same no more.

    RequestError where it was withdrawn or one holds it; NotAllowedError where it is the actor's own, they
    judged the same, or are spared it.
    """
    allow(actor, Role.REVIEWER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        name, comparison_id = ruled_on(db, request.thing, actor)
        check_not_held(store, actor, comparison_id)
        said = reviews.said(db, name)
        check_not_spared(db, actor, said)
        (found,) = due_reviews(db, [Found(said=said)])
        show(store, db, actor, [comparison_id])
    return found


def list_reviews_given(store: Store, actor: Actor, request: ListReviewsGiven) -> tuple[DueReview, ...]:
    """The newest verdicts of all reviewers first, on what the actor may rule on; who reads them judges the
    same no more."""
    allow(actor, Role.REVIEWER)
    with store.turns.of(actor.annotator_id), store.reading() as db:
        spared = exposures.comparisons_of(db, exposures.spared(db, actor.annotator_id))
        without = held(store, actor) | spared
        names = rulings.ruled(db, actor.annotator_id, without, request.most)
        given = due_reviews(db, [Found(said=one) for one in reviews.named(db, names)])
        show(store, db, actor, [one.said.comparison_id for one in given])
    return given
