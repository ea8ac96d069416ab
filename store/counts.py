"""How much of each noun there is."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.rows import rows

COUNTS = """
with standing as (
  select purpose = 'evaluation' as evaluates
  from   labels
  join   comparisons using (comparison_id)
  where  label_id not in (select label_id from retractions)
)
select (select count(*) from annotators) as annotators,
       (select count(*) from prompts) as prompts,
       (select count(*) from policies) as policies,
       (select count(*) from responses) as responses,
       (select count(*) from comparisons) as comparisons,
       (select count(*) from standing where not evaluates) as labels,
       (select count(*) from standing where evaluates) as evaluation_labels,
       (select count(*) from demonstrations)
       - (select count(*) from demonstration_retractions) as demonstrations,
       (select count(*) from snapshots) as snapshots,
       (select count(*) from rounds) as rounds
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of each noun; only labels and demonstrations that stand are counted, and apart those labels that
    compare policies in order to evaluate them: however many, no round learns from them."""

    annotators: int
    prompts: int
    policies: int
    responses: int
    comparisons: int
    labels: int
    evaluation_labels: int
    demonstrations: int
    snapshots: int
    rounds: int


def counts(db: DuckDBPyConnection) -> Counts:
    """The counts of this moment."""
    (found,) = rows(db.execute(COUNTS), Counts)
    return found
