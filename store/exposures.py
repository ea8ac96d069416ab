"""What reviewers looked at that may harm them, and what they are spared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.rows import number

INSERT = """
insert into exposures by name
select unnest(from_json($facts, '[{
  "reviewer_id": "VARCHAR", "comparison_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

INSERT_OPT_OUT = """
insert into opt_outs by name
select unnest(from_json($facts, '[{
  "reviewer_id": "VARCHAR", "category": "VARCHAR", "spared": "BOOLEAN", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

SINCE = """
select comparison_id, min(made_at) as first_at
from   exposures
where  reviewer_id = $reviewer_id and made_at > $since
group  by comparison_id
"""

LOOKED = """
from   exposures
select count(*)
where  reviewer_id = $reviewer_id and comparison_id = $comparison_id
"""

CATEGORIES = """
select category from prompts
where  category <> ''
union
select risk from comparison_risks
"""

OF_RISKS = """
select distinct comparison_id from comparison_risks
where  risk in (select unnest($risks::varchar[]))
"""

SPARED = """
select category from opt_outs
where  reviewer_id = $reviewer_id
group  by category
having arg_max(spared, made_at)
order  by category
"""


def since(db: DuckDBPyConnection, reviewer_id: str, moment: datetime) -> dict[str, datetime]:
    """The comparisons of which the reviewer saw what may be harmful after this moment, and when first."""
    return dict(db.execute(SINCE, {"reviewer_id": reviewer_id, "since": moment}).fetchall())


def looked(db: DuckDBPyConnection, reviewer_id: str, comparison_id: str) -> bool:
    """Whether the reviewer ever looked at the covered texts of the comparison."""
    return number(db.execute(LOOKED, {"reviewer_id": reviewer_id, "comparison_id": comparison_id})) > 0


def categories(db: DuckDBPyConnection) -> set[str]:
    """The categories of risk that prompts and labels name."""
    return {category for (category,) in db.execute(CATEGORIES).fetchall()}


def comparisons_of(db: DuckDBPyConnection, risks: Sequence[str]) -> set[str]:
    """The comparisons that have any of these risks."""
    return {one for (one,) in db.execute(OF_RISKS, {"risks": list(risks)}).fetchall()} if risks else set()


def spared(db: DuckDBPyConnection, reviewer_id: str) -> tuple[str, ...]:
    """The categories of risk that the reviewer is spared."""
    return tuple(one for (one,) in db.execute(SPARED, {"reviewer_id": reviewer_id}).fetchall())
