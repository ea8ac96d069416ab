"""My work: what one did, the time it took, what is left and what agreement teaches. Nobody else is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from duckdb import DuckDBPyConnection
from pydantic import Field

from store import batches, own_work, responses
from store.database import Store
from store.intervals import Interval, wilson
from store.messages import Actor
from store.messages.qualifying import Answered
from store.orders import keeps_order, likeness
from store.own_work import Beside, Day, GoldAnswered, KindOfWork
from store.queueing.asked import Asked
from store.records import Track, now
from store.verbs.marking import says_the_same
from store.verbs.roles import allow_judging

TAUGHT_AT_ONCE: Final = 20
"""Missed gold answers that are shown, the latest."""
ACTIVE: Final = timedelta(days=30)
"""Who judged something within this time may be asked a gold answer still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWork:
    """Wants the actor's own work; `ahead` are the minutes by which their clock is ahead of UTC."""

    ahead: Annotated[int, Field(ge=-1440, le=1440)] = 0
    days: Annotated[int, Field(ge=1, le=366)] = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How often something agreed: of `count` comparisons, the share with its interval; None without any."""

    count: int
    share: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is open to the actor on a track in the open batch, and whether they may judge the track."""

    track: Track
    comparisons: int
    may_judge: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWork:
    """What the actor did.

    `others`, `golds` and `repeats` are by what each said first; the latter two leave out the open batch, in
    which what measures is hidden. `missed` are gold answers answered otherwise that can teach: nobody who
    still judges can meet them any more. `untaught` counts those that cannot yet.
    """

    today: datetime
    days: tuple[Day, ...]
    kinds: tuple[KindOfWork, ...]
    left: tuple[Left, ...]
    others: Agreement
    golds: Agreement
    repeats: Agreement
    missed: tuple[Answered, ...] = ()
    untaught: int = 0


def my_work(store: Store, actor: Actor, request: MyWork) -> OwnWork:
    """The actor's own work, by the facts as they stand."""
    allow_judging(actor)
    moment = now()
    who = actor.annotator_id
    with store.reading() as db:
        newest = batches.open_batch(db)
        closed = newest.made_at if newest else moment  # what came before it cannot be changed any more
        met = own_work.golds(db, who, closed)
        wrong = [one for one in met if not _is_right(one)]
        hidden = _still_asked(store, db, actor, wrong)
        taught = [one for one in wrong if one.comparison_id not in hidden]
        days, kinds = own_work.done(db, who, moment - timedelta(days=request.days), request.ahead)
        return OwnWork(
            today=moment + timedelta(minutes=request.ahead),
            days=tuple(days),
            kinds=tuple(kinds),
            left=tuple(_left(store, actor, track, newest.batch_id if newest else None) for track in Track),
            others=_agreement(own_work.others(db, who)),
            golds=agreement([float(_is_right(one)) for one in met]),
            repeats=_agreement(own_work.repeats(db, who, closed)),
            missed=tuple(_answered(db, one) for one in taught[:TAUGHT_AT_ONCE]),
            untaught=len(wrong) - len(taught),
        )


def agreement(shares: list[float]) -> Agreement:
    """One share a comparison, 0 to 1, as a mean with Wilson's interval over the comparisons."""
    return Agreement(count=len(shares), share=wilson(sum(shares), len(shares)) if shares else None)


def _agreement(found: Iterable[Beside]) -> Agreement:
    """Of each comparison the mean over the others of how much of one's order they share."""
    return agreement(
        [sum(likeness(one.ranks, other) for other in one.others) / len(one.others) for one in found]
    )


def _still_asked(store: Store, db: DuckDBPyConnection, actor: Actor, wrong: list[GoldAnswered]) -> set[str]:
    """Those that a colleague who works here still may be asked."""
    if not wrong:
        return set()
    judges = [
        (annotator_id, track)
        for annotator_id in own_work.colleagues(db, actor.annotator_id, now() - ACTIVE)
        for track in Track
        if store.queue.qualified(annotator_id, track)
    ]
    return own_work.still_asked(db, [one.comparison_id for one in wrong], judges)


def _left(store: Store, actor: Actor, track: Track, batch_id: str | None) -> Left:
    who = actor.annotator_id
    count = store.queue.left(Asked(who, track), batch_id) if batch_id else 0
    return Left(track=track, comparisons=count, may_judge=store.queue.qualified(who, track))


def _is_right(one: GoldAnswered) -> bool:
    return keeps_order(one.ranks, one.known_ranks) and (
        one.track is not Track.SAFETY or says_the_same(one.safety, one.known_safety)
    )


def _answered(db: DuckDBPyConnection, one: GoldAnswered) -> Answered:
    """The label beside the known answer, by the place in which it was shown."""
    order = one.shown_order or tuple(range(len(one.ranks)))
    return Answered(
        turns=one.turns,
        responses=tuple(responses.text(db, one.response_ids[response]) for response in order),
        ranks=tuple(one.ranks[response] for response in order),
        safety=tuple(one.safety[response] for response in order) if one.safety else (),
        both_bad=one.both_bad,
        degree=one.degree,
        passed=False,
        known_ranks=tuple(one.known_ranks[response] for response in order),
        known_safety=tuple(one.known_safety[response] for response in order) if one.known_safety else (),
        why=one.why,
    )
