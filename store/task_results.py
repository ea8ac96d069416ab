"""How policies fared on tasks of lm-eval: of each task as often as it was run."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import TaskResult
from store.rows import rows

INSERT = """
insert into task_results by name
select unnest(from_json($facts, '[{
  "policy_id": "VARCHAR", "task": "VARCHAR", "version": "VARCHAR", "metric": "VARCHAR", "value": "DOUBLE",
  "standard_error": "DOUBLE", "samples": "INTEGER", "few_shots": "INTEGER", "chat_template": "BOOLEAN",
  "harness": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

# What was asked alike is told by its newest answer; what was asked otherwise stays beside it.
OF_POLICY = """
select   * from task_results
where    policy_id = $policy_id
qualify  row_number() over (
  partition by task, version, metric, samples, few_shots, chat_template
  order by made_at desc
) = 1
order by task, metric, version, few_shots, chat_template, samples desc
"""


def of_policy(db: DuckDBPyConnection, policy_id: str) -> list[TaskResult]:
    """The newest of each task, metric and way to ask, in the order of the tasks' names."""
    return rows(db.execute(OF_POLICY, {"policy_id": policy_id}), TaskResult)
