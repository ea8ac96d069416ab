"""What reviewers have ruled on already, to be looked at once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from store import exposures, reviews, rulings
from store.database import Store
from store.messages import Actor
from store.records import Role
from store.verbs.blindness import held, show
from store.verbs.due_review import DueReview, Found, due_reviews
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReviewsGiven:
    """Wants the labels and flags on which somebody ruled, so many of them at most."""

    most: Annotated[int, Field(ge=1, le=500)] = 50


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
