"""What is asked: K responses to one prompt, and how much is still wanted of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.records import Comparison, Purpose, Track
from store.rows import row, rows

INSERT = """
insert into comparisons by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "prompt_id": "VARCHAR", "response_ids": ["VARCHAR"],
  "batch_id": "VARCHAR", "purpose": "VARCHAR", "priority": "INTEGER", "overlap": "INTEGER",
  "repeats": "VARCHAR", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

BY_ID = """
select * from comparisons
where  comparison_id = $comparison_id
"""

ASKED = """
select * from comparisons
where  comparison_id in (select unnest($comparison_ids::varchar[]))
"""

# What is near the ids: they, what they repeat and the gold answers made of them. All labels are read for all
# comparisons only.
WANTED = """
with near as (
  select unnest($comparison_ids::varchar[]) as comparison_id
  union
  select repeats from comparisons
  where  comparison_id in (select unnest($comparison_ids::varchar[]))
  union
  select comparison_id from comparisons
  where  purpose = 'gold' and repeats in (select unnest($comparison_ids::varchar[]))
),
judged as (
  select labels.comparison_id,
         count(*) filter (where not surplus and retractions.label_id is null) as label_count,
         list(distinct labels.annotator_id) filter (
           where retractions.label_id is null or retractions.annotator_id <> labels.annotator_id) as judges
  from   labels
  left   join retractions using (label_id)
  where  $comparison_ids::varchar[] is null or labels.comparison_id in (select comparison_id from near)
  group  by labels.comparison_id
),
skipped as (
  select comparison_id, list(distinct annotator_id) as skippers
  from   (select comparison_id, annotator_id from skips
          union all
          select unnest(comparison_ids), annotator_id from qualification_tests
          union all
          select comparison_id, annotator_id from sightings)
  group  by comparison_id
),
measured as (
  select repeats as comparison_id,
         flatten(list(list_concat(coalesce(judges, []), coalesce(skippers, [])))) as judges
  from   comparisons
  left   join judged using (comparison_id)
  left   join skipped using (comparison_id)
  where  purpose = 'gold'
  group  by repeats
)
select comparisons.comparison_id, prompts.track, prompts.language, prompts.author, purpose,
       batch_id, batches.round, priority, coalesce(selections.difficulty, 0) as difficulty, overlap, repeats,
       len(response_ids) as responses, coalesce(judged.label_count, 0) as labels,
       gold_ends.comparison_id is not null as ended,
       list_concat(coalesce(judged.judges, []), coalesce(skipped.skippers, []), coalesce(original.judges, []),
                   coalesce(measured.judges, []), coalesce(passed.skippers, [])) as seen
from   comparisons
join   prompts using (prompt_id)
join   batches using (batch_id)
left   join selections on selections.comparison_id = comparisons.comparison_id
left   join judged on judged.comparison_id = comparisons.comparison_id
left   join skipped on skipped.comparison_id = comparisons.comparison_id
left   join measured on measured.comparison_id = comparisons.comparison_id
left   join gold_ends on gold_ends.comparison_id = comparisons.comparison_id
-- a condition beside the equality would compare every row with every other.
left   join judged as original on original.comparison_id = if(purpose = 'gold', repeats, null)
left   join skipped as passed on passed.comparison_id = if(purpose = 'gold', repeats, null)
where  ($comparison_ids::varchar[] is null
        and (purpose = 'gold' or (purpose <> 'swapped' and coalesce(judged.label_count, 0) < overlap)))
   or  comparisons.comparison_id in (select unnest($comparison_ids::varchar[]))
"""

UNSETTLED = """
with given as (
  select comparison_id, count(*) as labels from labels
  where  comparison_id in (select unnest($comparison_ids::varchar[])) and not surplus
    and  label_id not in (select label_id from retractions)
  group  by comparison_id
)
select comparison_id from comparisons
left   join given using (comparison_id)
where  comparison_id in (select unnest($comparison_ids::varchar[]))
  and  (purpose = 'gold' or coalesce(labels, 0) < overlap
        or comparison_id in (select comparison_id from labels where annotator_id = $annotator_id))
order  by comparison_id
"""

UNKNOWN = """
select unnest($comparison_ids::varchar[])
except
select comparison_id from comparisons
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much a comparison wants and has, and who has judged or skipped it already.

    A gold one that is `ended` measures nobody any more. `difficulty` is its place in its round's curriculum
    from 0 to 1, and 0 without one.
    """

    comparison_id: str
    track: Track
    batch_id: str
    round: int
    priority: int
    responses: int
    overlap: int
    labels: int
    seen: tuple[str, ...] = ()
    language: str = "en"
    author: str | None = None
    purpose: Purpose = Purpose.TRAIN
    repeats: str | None = None
    ended: bool = False
    difficulty: float = 0.0


def by_id(db: DuckDBPyConnection, comparison_id: str) -> Comparison | None:
    """The comparison with this id."""
    return row(db.execute(BY_ID, {"comparison_id": comparison_id}), Comparison)


def asked(db: DuckDBPyConnection, comparison_ids: list[str]) -> list[Comparison]:
    """Those of the comparisons that are there, in any order."""
    return rows(db.execute(ASKED, {"comparison_ids": comparison_ids}), Comparison)


def unsettled(db: DuckDBPyConnection, annotator_id: str, comparison_ids: Iterable[str]) -> list[str]:
    """Those of the ids that the annotator may be asked yet, or has judged and may judge anew."""
    asked = {"comparison_ids": sorted(set(comparison_ids)), "annotator_id": annotator_id}
    found = db.execute(UNSETTLED, asked).fetchall()
    return [comparison_id for (comparison_id,) in found]


def unknown(db: DuckDBPyConnection, comparison_ids: list[str]) -> list[str]:
    """Those of the ids that no comparison has."""
    found = db.execute(UNKNOWN, {"comparison_ids": comparison_ids}).fetchall()
    return sorted(comparison_id for (comparison_id,) in found)


def wanted(db: DuckDBPyConnection, comparison_ids: list[str] | None = None) -> list[Wanted]:
    """These comparisons, or (None) all that want labels and all gold ones; repeats only if asked for."""
    return rows(db.execute(WANTED, {"comparison_ids": comparison_ids}), Wanted)
