"""Labels that no finished round has learnt from: what the next round waits for, whoever starts it."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store import rounds
from store.home import Home
from store.rows import number

# A label that is brought from elsewhere keeps the time at which it was made there, or has none. So of those
# made before the round looked there may be more now than it found: they came later, and are new as well. One
# that was withdrawn since then still counts among them. A round that froze what was frozen before looked no
# earlier than it began; where the store has no snapshot of its, all labels count as made before.
NEW = """
with looked as (
  select if(count(*) = 0, 'infinity', greatest(max(snapshots.made_at), $began::timestamp)) as moment
  from   rounds
  join   policies using (policy_id)
  join   snapshots on list_contains(policies.snapshots, snapshots.snapshot_id)
  where  rounds.round = $round and contents = 'preferences'
),
given as (
  select labels.made_at > moment as is_later, retractions.made_at as withdrawn_at, moment
  from   labels
  join   comparisons using (comparison_id)
  left   join retractions using (label_id)
  cross  join looked
  where  purpose <> 'evaluation'
)
select count(*) filter (is_later and withdrawn_at is null)
     + greatest(0, count(*) filter (not is_later and coalesce(withdrawn_at > moment, true)) - $labels)
from   given
"""


def new_labels(db: DuckDBPyConnection, home: Home) -> int:
    """How many labels stand that came after the newest finished round had looked; those that only evaluate
    policies do not count."""
    newest = max(rounds.results(home), key=lambda row: row.round, default=None)
    if newest is None:
        return number(db.execute(NEW, {"round": 0, "began": None, "labels": 0}))
    plans = {plan.round: plan.started_at for plan in rounds.progress(home)}
    asked = {"round": newest.round, "began": plans.get(newest.round), "labels": newest.labels}
    return number(db.execute(NEW, asked))
