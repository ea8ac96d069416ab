"""Prompts with an ideal response."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Demonstration
from store.rows import rows

INSERT = """
insert into demonstrations by name
select unnest(from_json($facts, '[{
  "demonstration_id": "VARCHAR", "prompt_id": "VARCHAR", "text": "VARCHAR", "author": "VARCHAR",
  "source": "VARCHAR", "quality": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning demonstration_id
"""

ALL = """
select * from demonstrations
order  by made_at, demonstration_id
"""


def every(db: DuckDBPyConnection) -> list[Demonstration]:
    """All demonstrations, the oldest first."""
    return rows(db.execute(ALL), Demonstration)
