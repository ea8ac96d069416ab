"""How good the labels are that stand: agreement, what each annotator does, whom evidence speaks against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import annotators
from store.database import Store
from store.intervals import Interval
from store.messages import Actor
from store.quality import agreeing, habits
from store.quality.agreeing import Agreement, Sliced
from store.quality.ballots import Ballots
from store.quality.belief import Belief, believe
from store.quality.habits import Habits
from store.quality.kept import appraised
from store.records import Role, Track
from store.suspicion.suspects import LEVEL, Fault, suspects
from store.verbs.roles import allow

MOST_COUPLES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAtQuality:
    """Wants the figures of a track's labels, or of all; evidence at this level, so likely to accuse anybody
    who judges, at most."""

    track: Track | None = None
    level: Annotated[float, Field(gt=0, lt=1)] = LEVEL


@dataclass(frozen=True, slots=True, kw_only=True)
class CoupleSeen:
    """Two annotators, on how many items both said something, and how often the same."""

    one: str
    other: str
    items: int
    share: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorSeen:
    """An annotator with their habits (`store.quality.habits`)."""

    annotator_id: str
    name: str
    habits: Habits


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectSeen:
    """Whom the evidence speaks against, of what, `after` how many of their labels; of `labels` that tell of
    it, `share` is so. Where it is not so at all, evidence like this comes with `chance` at most."""

    annotator_id: str
    name: str
    fault: Fault
    after: int
    labels: int
    share: Interval
    chance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The figures of all `labels` that stand, of `people`; `couples` are those with most in common."""

    labels: int
    people: int
    agreement: Agreement
    slices: tuple[Sliced, ...]
    couples: tuple[CoupleSeen, ...]
    annotators: tuple[AnnotatorSeen, ...]
    suspects: tuple[SuspectSeen, ...]


def look_at_quality(store: Store, actor: Actor, request: LookAtQuality) -> Quality:
    """The figures as they stand now, or nearly (`store.quality.kept`)."""
    allow(actor, Role.REVIEWER)
    with store.reading() as db:
        seen, names = appraised(store, db), _names(db)
    ballots, belief = seen.ballots, seen.belief
    if request.track is not None:
        ballots = ballots.where(ballots.tracks.of(request.track))
        belief = believe(ballots)
    telling = agreeing.telling(ballots)
    people = tuple(_people(ballots, belief, names))
    return Quality(
        labels=sum(one.habits.labels for one in people),
        people=len(people),
        agreement=agreeing.agreement(telling),
        slices=tuple(agreeing.by_slice(telling)),
        couples=tuple(_couples(telling, names)),
        annotators=people,
        suspects=tuple(_suspects(ballots, belief, names, request.level)),
    )


def _names(db: DuckDBPyConnection) -> Mapping[str, str]:
    return {one.annotator_id: one.name for one in annotators.everyone(db)}


def _people(ballots: Ballots, belief: Belief, names: Mapping[str, str]) -> Iterator[AnnotatorSeen]:
    for one in habits.habits(ballots, belief):
        annotator_id = ballots.annotators.names[one.annotator]
        yield AnnotatorSeen(annotator_id=annotator_id, name=names.get(annotator_id, annotator_id), habits=one)


def _couples(telling: Ballots, names: Mapping[str, str]) -> Iterator[CoupleSeen]:
    for one in agreeing.by_couple(telling)[:MOST_COUPLES]:
        first, second = (telling.annotators.names[number] for number in (one.one, one.other))
        yield CoupleSeen(
            one=names.get(first, first), other=names.get(second, second), items=one.items, share=one.share
        )


def _suspects(
    ballots: Ballots, belief: Belief, names: Mapping[str, str], level: float
) -> Iterator[SuspectSeen]:
    for one in suspects(habits.given(ballots, belief), level=level):
        annotator_id = ballots.annotators.names[one.annotator]
        yield SuspectSeen(
            annotator_id=annotator_id,
            name=names.get(annotator_id, annotator_id),
            fault=one.fault,
            after=one.after,
            labels=one.labels,
            share=one.share,
            chance=one.chance,
        )
