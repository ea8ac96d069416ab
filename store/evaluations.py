"""Finished rounds, and how their policies fared against others on held-out prompts."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Evaluation, Round
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

BY_ROUND = """
select * from evaluations
order  by round, judge, opponent_id, evaluation_id
"""

ROUNDS = """
select * from rounds
order  by round
"""


def by_round(db: DuckDBPyConnection) -> list[Evaluation]:
    """All evaluations, the first round first."""
    return rows(db.execute(BY_ROUND), Evaluation)


def finished_rounds(db: DuckDBPyConnection) -> list[Round]:
    """The rounds whose results were taken in."""
    return rows(db.execute(ROUNDS), Round)
