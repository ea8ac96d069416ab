"""How many turns annotators took, each a label or a skip, and what they judged in the last ones."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.queueing.repeats import REMEMBERED, Judged
from store.rows import rows

TURNS = """
select annotator_id, count(*) as turns
from   (select annotator_id from labels union all select annotator_id from skips)
group  by annotator_id
"""

LATELY = """
with turns as (
  select annotator_id, comparison_id, label_id, made_at from labels
  union all
  select annotator_id, comparison_id, lease_id as label_id, made_at from skips
),
last_turns as (
  select   *, row_number() over (partition by annotator_id order by made_at desc, label_id desc) - 1 as since
  from     turns
  qualify  since <= $most
),
standing as (
  from     last_turns
  anti     join retractions using (label_id)
),
repeated as (
  select annotator_id, repeats as comparison_id
  from   comparisons
  join   leases using (comparison_id) -- asked: judged, skipped or let go
  where  purpose = 'swapped'
)
select annotator_id, comparison_id, shown_order, batch_id, track, language, since
from   standing
join   labels using (annotator_id, comparison_id, label_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
anti   join repeated using (annotator_id, comparison_id)
where  purpose not in ('gold', 'swapped')
order  by standing.made_at, label_id
"""


def taken(db: DuckDBPyConnection) -> dict[str, int]:
    """How many comparisons each annotator answered or skipped, whatever was withdrawn since."""
    return dict(db.execute(TURNS).fetchall())


def lately(db: DuckDBPyConnection) -> list[Judged]:
    """What of an annotator's last labels was not asked again, the oldest first."""
    return rows(db.execute(LATELY, {"most": REMEMBERED}), Judged)
