"""How many labels of each track teach, and how good they are: agreement, known answers, which side wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from duckdb import DuckDBPyConnection

from store import outlook
from store.intervals import Interval, wilson
from store.orders import keeps_order, likeness
from store.outlook import JudgedTwice, OnGold, Sides, Taught
from store.records import Track
from store.verbs.marking import says_the_same

T = TypeVar("T", Taught, Sides, JudgedTwice, OnGold)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of `count`, a share with its 95 % interval (Wilson); None without any."""

    count: int
    share: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackOutlook:
    """What there is of a track, or of both where it is None.

    `labels` teach, `of_policy` of them are on answers of the policy in use. `agreement` is of comparisons
    that several people judged, `golds` of labels on known answers, `first_won` of pairs with a winner.
    """

    track: Track | None
    labels: int
    of_policy: int
    agreement: Share
    golds: Share
    first_won: Share


def of_tracks(db: DuckDBPyConnection, policy_id: str) -> tuple[TrackOutlook, ...]:
    """Each track, and last both together."""
    taught, sides = outlook.taught(db, policy_id), outlook.sides(db)
    twice, golds = outlook.judged_twice(db), outlook.on_gold(db)
    return tuple(
        TrackOutlook(
            track=track,
            labels=sum(one.labels for one in _of(track, taught)),
            of_policy=sum(one.of_policy for one in _of(track, taught)),
            agreement=_share([_alike(one) for one in _of(track, twice)]),
            golds=_share([float(_is_right(one)) for one in _of(track, golds)]),
            first_won=_first_won(_of(track, sides)),
        )
        for track in (*Track, None)
    )


def _of(track: Track | None, found: Sequence[T]) -> list[T]:
    return [one for one in found if track is None or one.track is track]


def _alike(one: JudgedTwice) -> float:
    """The mean over every two people of how much of one's order is the other's."""
    found = [likeness(first, second) for first, second in combinations(one.orders, 2)]
    return sum(found) / len(found)


def _is_right(one: OnGold) -> bool:
    return keeps_order(one.ranks, one.known_ranks) and (
        one.track is not Track.SAFETY or says_the_same(one.safety, one.known_safety)
    )


def _share(found: Sequence[float]) -> Share:
    return Share(count=len(found), share=wilson(sum(found), len(found)) if found else None)


def _first_won(found: Sequence[Sides]) -> Share:
    pairs = sum(one.pairs for one in found)
    return Share(count=pairs, share=wilson(sum(one.first_won for one in found), pairs) if pairs else None)
