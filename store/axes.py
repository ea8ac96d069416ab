"""The two axes of Llama 2's figure 11: how helpful and how harmless each policy is beside the first one.

A policy's place is its win rate, ties half, on the held-out prompts of either track, by one judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import policies
from store.blind_matches import blind_matches
from store.intervals import Interval, wilson
from store.records import Judge

BY_TRACK = """
select evaluations.round, policy_id, judge, track, count(*) as prompts, sum(points) as points
from   games
join   evaluations using (evaluation_id)
join   prompts using (prompt_id)
where  opponent_id = $first
group  by all
"""

TRACKS = """
select prompt_id, track from prompts
where  prompt_id in (select unnest($ids::varchar[]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A win rate against the first policy on so many prompts of one track, with Wilson's 95 % interval."""

    win_rate: Interval
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a round's policy stands, by one judge; an axis is None where no prompt of its track was asked."""

    round: int
    policy_id: str
    judge: Judge
    helpfulness: Axis | None
    harmlessness: Axis | None


def places(db: DuckDBPyConnection) -> list[Place]:
    """Of every policy that met the first one, judge by judge, the first round first.

    The first policy itself is not among them: it wins half of its games against itself.
    """
    first = policies.first(db)
    if first is None:
        return []
    found: dict[tuple[Judge, int, str], dict[str, Axis]] = {}
    kept = db.execute(BY_TRACK, {"first": first.policy_id}).fetchall()
    for number, policy_id, judge, track, prompts, points in (*kept, *_by_people(db, first.policy_id)):
        axes = found.setdefault((Judge(judge), number, policy_id), {})
        axes[track] = Axis(win_rate=wilson(points, prompts), prompts=prompts)
    return [
        Place(
            round=number,
            policy_id=policy_id,
            judge=judge,
            helpfulness=axes.get("helpfulness"),
            harmlessness=axes.get("safety"),
        )
        for (judge, number, policy_id), axes in sorted(found.items())
    ]


def _by_people(db: DuckDBPyConnection, first_id: str) -> Iterator[tuple[int, str, Judge, str, int, float]]:
    """The same columns of what people have said, which no game keeps."""
    matches = [one for one in blind_matches(db) if one.evaluation.opponent_id == first_id]
    ids = [game.prompt_id for match in matches for game in match.games]
    tracks = dict(db.execute(TRACKS, {"ids": ids}).fetchall()) if ids else {}
    for match in matches:
        points = defaultdict[str, list[float]](list)
        for game in match.games:
            points[tracks[game.prompt_id]].append(game.points)
        for track, each in points.items():
            one = match.evaluation
            yield one.round, one.policy_id, one.judge, track, len(each), sum(each)
