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

INSERT_GAME = """
insert into games by name
select unnest(from_json($facts, '[{
  "evaluation_id": "VARCHAR", "prompt_id": "VARCHAR", "points": "DOUBLE"
}]'), max_depth := 2)
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

UNKNOWN = """
select asked.evaluation_id from (select unnest($ids::varchar[]) as evaluation_id) as asked
anti   join evaluations using (evaluation_id)
order  by evaluation_id
"""

ROUNDS = """
select * from rounds
order  by round
"""


OF_POLICY = """
select * from evaluations
where  policy_id = $policy_id
order  by opponent_id, judge, round
"""


def of_policy(db: DuckDBPyConnection, policy_id: str) -> list[Evaluation]:
    """How it fared against each opponent, judge by judge, on all held-out prompts."""
    return rows(db.execute(OF_POLICY, {"policy_id": policy_id}), Evaluation)


def rounds(db: DuckDBPyConnection) -> list[Round]:
    """All finished rounds, the first one first."""
    return rows(db.execute(ROUNDS), Round)


def unknown(db: DuckDBPyConnection, evaluation_ids: list[str]) -> list[str]:
    """Those of the ids that no evaluation has."""
    return [name for (name,) in db.execute(UNKNOWN, {"ids": evaluation_ids}).fetchall()]
