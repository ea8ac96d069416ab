"""How strong the policies of a home are, judge by judge, from the games of all its rounds."""

from __future__ import annotations

from functools import lru_cache

from duckdb import DuckDBPyConnection

from store import policies
from store.blind_matches import blind_matches
from store.ratings import Played, Rating, rate
from store.records import Judge

GAMES = """
select policy_id, opponent_id, prompt_id, points from games
join   evaluations using (evaluation_id)
where  judge = $judge
order  by all
"""

JUDGES = """
select distinct judge from evaluations
semi   join games using (evaluation_id)
order  by judge
"""


def judges(db: DuckDBPyConnection) -> list[Judge]:
    """Who judged games, by name."""
    people = [Judge.PEOPLE] if blind_matches(db) else []
    return sorted([*(Judge(judge) for (judge,) in db.execute(JUDGES).fetchall()), *people])


def ratings(db: DuckDBPyConnection, judge: Judge) -> list[Rating]:
    """Tied to the first policy, the strongest first; empty where it has no game by this judge."""
    first = policies.first(db)
    games = _by_people(db) if judge == Judge.PEOPLE else _kept(db, judge)
    if first is None or not any(first.policy_id in (game.one, game.other) for game in games):
        return []
    return list(_fitted(tuple(games), first.policy_id))


@lru_cache(maxsize=16)
def _fitted(games: tuple[Played, ...], anchor: str) -> tuple[Rating, ...]:
    """A page asks anew at every press, while games stay as they are."""
    return tuple(rate(games, anchor))


def _kept(db: DuckDBPyConnection, judge: Judge) -> list[Played]:
    """The games that rounds have brought."""
    found = db.execute(GAMES, {"judge": judge}).fetchall()
    return [
        Played(one=policy_id, other=opponent_id, prompt_id=prompt_id, points=points)
        for policy_id, opponent_id, prompt_id, points in found
    ]


def _by_people(db: DuckDBPyConnection) -> list[Played]:
    return [
        Played(
            one=match.evaluation.policy_id,
            other=match.evaluation.opponent_id,
            prompt_id=game.prompt_id,
            points=game.points,
        )
        for match in blind_matches(db)
        for game in match.games
    ]
