"""How the home's policies stand beside each other, judge by judge, for those who train them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store import axes, policies, rated
from store.axes import Place
from store.database import Store
from store.messages import Actor
from store.ratings import Rating
from store.records import Judge, Role
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtRatings:
    """Wants every judge's ratings of the policies, and where each stands on the two axes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRatings:
    """What one judge's games make of the policies, the strongest first."""

    judge: Judge
    ratings: tuple[Rating, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsSeen:
    """By judge, and the places of all policies that met the first one; `rounds` are those that made policies,
    by the policy's id, 0 for the first: who is not there came of no round of this home."""

    judges: tuple[JudgeRatings, ...]
    places: tuple[Place, ...]
    rounds: Mapping[str, int]


def look_at_ratings(store: Store, actor: Actor, _request: LookAtRatings) -> RatingsSeen:
    """Bradley-Terry ratings and win rates by track; nothing of either where no game was kept."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        judges = [
            JudgeRatings(judge=judge, ratings=tuple(rated.ratings(db, judge))) for judge in rated.judges(db)
        ]
        places, first = axes.places(db), policies.first(db)
        rounds = {one.policy_id: one.round for one in policies.every(db) if one.round or one == first}
    found = tuple(one for one in judges if one.ratings)
    return RatingsSeen(judges=found, places=tuple(places), rounds=rounds)
