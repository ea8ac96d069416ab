"""Reward models and the scores that they gave."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import RewardEvaluation, RewardModel
from store.rows import rows

INSERT = """
insert into reward_models by name
select unnest(from_json($facts, '[{
  "reward_model_id": "VARCHAR", "track": "VARCHAR", "snapshot_id": "VARCHAR",
  "policy_id": "VARCHAR", "path": "VARCHAR", "round": "INTEGER", "accuracy": "DOUBLE",
  "accuracy_low": "DOUBLE", "accuracy_high": "DOUBLE", "held_out_pairs": "INTEGER",
  "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning reward_model_id
"""

INSERT_SCORE = """
insert into scores by name
select unnest(from_json($facts, '[{
  "response_id": "VARCHAR", "reward_model_id": "VARCHAR", "score": "DOUBLE"
}]'), max_depth := 2)
"""

INSERT_EVALUATION = """
insert into reward_evaluations by name
select unnest(from_json($facts, '[{
  "reward_model_id": "VARCHAR", "results": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning reward_model_id
"""

INSERT_LABEL_SCORE = """
insert into label_scores by name
select unnest(from_json($facts, '[{
  "label_id": "VARCHAR", "reward_model_id": "VARCHAR", "chosen_id": "VARCHAR", "rejected_id": "VARCHAR",
  "gap": "DOUBLE"
}]'), max_depth := 2)
"""

ALL = """
select * from reward_models
order  by round, track, reward_model_id
"""

EVALUATIONS = """
select reward_evaluations.* from reward_evaluations
join   reward_models using (reward_model_id)
where  round = $round
order  by reward_model_id
"""


def every(db: DuckDBPyConnection) -> list[RewardModel]:
    """All reward models, the first round first."""
    return rows(db.execute(ALL), RewardModel)


def evaluations(db: DuckDBPyConnection, number: int) -> list[RewardEvaluation]:
    """What was measured of the reward models of round `number`."""
    return rows(db.execute(EVALUATIONS, {"round": number}), RewardEvaluation)
