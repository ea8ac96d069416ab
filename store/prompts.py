"""Conversations that want a response."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Prompt, Track, Turn
from store.rows import row, rows

# Row by row: a large array that is typed at once takes five times as long.
INSERT = """
insert into prompts by name
select unnest(from_json(fact, '{
  "prompt_id": "VARCHAR", "turns": [{"role": "VARCHAR", "content": "VARCHAR"}], "track": "VARCHAR",
  "split": "VARCHAR", "category": "VARCHAR", "attack_vector": "VARCHAR", "author": "VARCHAR",
  "source": "VARCHAR", "language": "VARCHAR", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}'))
from   (select unnest(from_json($facts, '["json"]')) as fact)
on conflict do nothing
returning prompt_id
"""

BY_ID = """
select * from prompts
where  prompt_id = $prompt_id
"""

TURNS = """
select prompt_id, turns from prompts
where  prompt_id in (select unnest($prompt_ids::varchar[]))
"""

OF_TRACK = """
select * from prompts
where  $track is null or track = $track
order  by prompt_id
"""

UNKNOWN = """
select unnest($prompt_ids::varchar[])
except
select prompt_id from prompts
"""


def by_id(db: DuckDBPyConnection, prompt_id: str) -> Prompt | None:
    """The prompt with this id."""
    return row(db.execute(BY_ID, {"prompt_id": prompt_id}), Prompt)


def turns(db: DuckDBPyConnection, prompt_ids: list[str]) -> dict[str, tuple[Turn, ...]]:
    """The conversations of those of these prompts that are there."""
    found = db.execute(TURNS, {"prompt_ids": prompt_ids}).fetchall()
    return {prompt_id: tuple(Turn(**turn) for turn in turns) for prompt_id, turns in found}


def of_track(db: DuckDBPyConnection, track: Track | None = None) -> list[Prompt]:
    """All prompts of a track, or of both."""
    return rows(db.execute(OF_TRACK, {"track": track}), Prompt)


def unknown(db: DuckDBPyConnection, prompt_ids: list[str]) -> list[str]:
    """Those of the ids that no prompt has."""
    return sorted(prompt_id for (prompt_id,) in db.execute(UNKNOWN, {"prompt_ids": prompt_ids}).fetchall())
