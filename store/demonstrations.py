"""Prompts with an ideal response."""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

INSERT = """
insert into demonstrations by name
select unnest(from_json($facts, '[{
  "demonstration_id": "VARCHAR", "prompt_id": "VARCHAR", "text": "VARCHAR", "author": "VARCHAR",
  "source": "VARCHAR", "quality": "DOUBLE", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning demonstration_id
"""

INSERT_RETRACTION = """
insert into demonstration_retractions by name
select unnest(from_json($facts, '[{
  "demonstration_id": "VARCHAR", "annotator_id": "VARCHAR", "reason": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning demonstration_id
"""

STANDING = """
select demonstration_id from demonstrations
where  author = $author and demonstration_id not in (select demonstration_id from demonstration_retractions)
order  by made_at, demonstration_id
"""

UNKNOWN = """
select unnest($ids::varchar[]) as demonstration_id
except
select demonstration_id from demonstrations
order  by demonstration_id
"""


def unknown(db: DuckDBPyConnection, ids: Sequence[str]) -> list[str]:
    """Those of the ids that no demonstration has."""
    return [one for (one,) in db.execute(UNKNOWN, {"ids": list(ids)}).fetchall()] if ids else []


def standing(db: DuckDBPyConnection, author: str) -> list[str]:
    """The ids of the author's demonstrations that nobody has withdrawn, the oldest first."""
    return [one for (one,) in db.execute(STANDING, {"author": author}).fetchall()]
