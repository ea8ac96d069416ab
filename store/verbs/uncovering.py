"""Texts that may be harmful: covered until a reviewer asks for them, so many within an hour, and none of the
categories that they asked to be spared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from store import exposures, responses, reviews
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.records import Exposure, OptOut, Role, Turn, now
from store.reviews import ReviewSettings
from store.risks import Risk
from store.settings import load_section
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.blindness import check_not_held, show
from store.verbs.covers import check_not_spared
from store.verbs.reviewing import ruled_on
from store.verbs.roles import allow
from store.verbs.vouching import Vouch, reviewer

WITHIN: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncover:
    """Wants the texts of `label:ID` or `skip:ID`; `vouch` where the command asks for a person."""

    thing: str
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncovered:
    """The texts, and how many more the reviewer may look at within the hour."""

    turns: tuple[Turn, ...]
    responses: tuple[str, ...]
    comment: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """Wants to be spared a category of risk, or no more so."""

    category: str
    spared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtExposure:
    """Wants what the reviewer was exposed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureSeen:
    """Of how many comparisons the reviewer looked at covered texts within the last hour, and how many they
    may; if that is all, from when on they may again. The categories that they are spared, and all of them."""

    within_hour: int
    limit: int
    again_at: datetime | None
    spared: tuple[str, ...]
    categories: tuple[str, ...]


def uncover(store: Store, actor: Actor, request: Uncover) -> Uncovered:
    """Keeps that the reviewer looked. What they looked at within the hour they may see again, and what is not
    covered costs them nothing.

    RequestError when they have looked at as many as `review.exposures_per_hour` within the last hour;
    NotAllowedError where they are spared it.
    """
    who = reviewer(store, actor, request.vouch)
    limit = load_section(ReviewSettings, "review", store.home.settings).exposures_per_hour
    with store.turns.of(who.annotator_id), store.reading() as db:
        name, comparison_id = ruled_on(db, request.thing, who)
        check_not_held(store, who, comparison_id)
        said = reviews.said(db, name)
        check_not_spared(db, who, said)
        looked = exposures.since(db, who.annotator_id, now() - WITHIN)
        if said.risky and comparison_id not in looked:
            _check_pause(looked, limit)
            store.append(
                who.annotator_id, Exposure(reviewer_id=who.annotator_id, comparison_id=comparison_id)
            )
            looked |= {comparison_id: now()}
        show(store, db, who, [comparison_id])
        return Uncovered(
            turns=said.turns,
            responses=tuple(responses.text(db, one) for one in said.response_ids),
            comment=said.comment,
            left=limit - len(looked),
        )


def spare(store: Store, actor: Actor, request: Spare) -> ExposureSeen:
    """Keeps what the reviewer says of themselves; nobody says it for another."""
    allow(actor, Role.REVIEWER)
    check_words("category", request.category, LONGEST_REASON)
    with store.reading() as db:
        known = _categories(db)
    if request.category not in known:
        raise RequestError(f"Expected a category among {', '.join(known)}; got {request.category!r}.")
    store.append(
        actor.annotator_id,
        OptOut(reviewer_id=actor.annotator_id, category=request.category, spared=request.spared),
    )
    return look_at_exposure(store, actor, LookAtExposure())


def look_at_exposure(store: Store, actor: Actor, _request: LookAtExposure) -> ExposureSeen:
    """The actor's own."""
    allow(actor, Role.REVIEWER)
    limit = load_section(ReviewSettings, "review", store.home.settings).exposures_per_hour
    with store.reading() as db:
        looked = exposures.since(db, actor.annotator_id, now() - WITHIN)
        return ExposureSeen(
            within_hour=len(looked),
            limit=limit,
            again_at=_again_at(looked, limit),
            spared=exposures.spared(db, actor.annotator_id),
            categories=_categories(db),
        )


def _check_pause(looked: dict[str, datetime], limit: int) -> None:
    again_at = _again_at(looked, limit)
    if again_at is not None:
        minutes = -(-(again_at - now()).total_seconds() // 60)
        raise RequestError(
            f"You have looked at {limit} covered texts within an hour. Take a pause: the next opens in "
            f"{max(1, minutes):.0f} min. What is not covered can be reviewed meanwhile.",
            key="pause",
            minutes=max(1, int(minutes)),
            limit=limit,
        )


def _again_at(looked: dict[str, datetime], limit: int) -> datetime | None:
    """When the oldest look that stands in the way is an hour ago."""
    return sorted(looked.values())[-limit] + WITHIN if len(looked) >= limit else None


def _categories(db: DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(sorted({*map(str, Risk), *exposures.categories(db)}))
