"""Finished rounds, and how their policies fared against others on held-out prompts."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Round
from store.rows import rows

INSERT = """
insert into evaluations by name
select unnest(from_json($facts, '[{
  "evaluation_id": "VARCHAR", "round": "INTEGER", "policy_id": "VARCHAR", "opponent_id": "VARCHAR",
  "judge": "VARCHAR", "wins": "INTEGER", "ties": "INTEGER", "losses": "INTEGER",
  "win_rate": "DOUBLE", "win_rate_low": "DOUBLE", "win_rate_high": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning evaluation_id
"""

INSERT_ROUND = """
insert into rounds by name
select unnest(from_json($facts, '[{
  "round": "INTEGER", "method": "VARCHAR", "policy_id": "VARCHAR", "promoted": "BOOLEAN",
  "settings": "VARCHAR", "results": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning round
"""

ROUNDS = """
select * from rounds
order  by round
"""


def rounds(db: DuckDBPyConnection) -> list[Round]:
    """All finished rounds, the first one first."""
    return rows(db.execute(ROUNDS), Round)
