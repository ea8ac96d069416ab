"""What holds retracted labels or is trained on them, and is marked so until it is trained anew.

A mark is derived, never stored: a snapshot bears one while its file holds labels that were retracted or
overruled since, a reward model while its snapshot does, a policy while anything in its descent does.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store import snapshots
from store.descent import Trained, back, everything
from store.home import Home
from store.messages import Mark
from store.records import Contents

# A row that a reviewer judged in a label's place stands until the label is reviewed once more; a row of what
# a label said before it was sent back and said anew does not. Snapshots that were frozen before there were
# such rows do not have the columns.
WITHDRAWN = """
with held as (
  select label_id, review_id, coalesce(version, 0) as version
  from   (select null::varchar as review_id, null::integer as version where false
          union all by name
          select * from read_parquet($path))
),
newest as (
  select label_id, arg_max(review_id, made_at) as review_id, arg_max(verdict, made_at) as verdict
  from   reviews
  group  by label_id
),
anew as (
  select label_id, min(edits.version) as version
  from   edits
  join   (select label_id, max(made_at) as sent_at from reviews where verdict = 'send back' group by label_id)
         using (label_id)
  where  made_at > sent_at
  group  by label_id
)
select distinct label_id
from   held
left   join newest using (label_id)
left   join anew using (label_id)
where  if(held.review_id is null,
          label_id in (select label_id from retractions)
          or coalesce(held.version < anew.version, false)
          or coalesce(if(verdict = 'send back' and anew.version is not null, null, verdict), 'confirm')
               <> 'confirm',
          held.review_id <> newest.review_id)
order  by label_id
"""


def marks(db: DuckDBPyConnection, home: Home, trained: Trained | None = None) -> tuple[Mark, ...]:
    """Every mark of the home: snapshots first, then reward models, then policies."""
    trained = trained or everything(db)
    held = {
        one.snapshot_id: withdrawn(db, str(home.root / one.path))
        for one in trained.snapshots
        # Nobody can tell of a file that is not there; its own lineage says so.
        if one.contents is Contents.PREFERENCES and snapshots.whole(home.root / one.path)
    }
    labels = {("snapshot", name): found for name, found in held.items()}
    for model in trained.reward_models:
        labels["reward-model", model.reward_model_id] = held.get(model.snapshot_id, frozenset())
    for policy in trained.policies:
        of_it = [held.get(one, frozenset()) for one in back(trained, policy.policy_id).snapshots]
        labels["policy", policy.policy_id] = frozenset().union(*of_it)
    return tuple(
        Mark(noun=noun, name=name, labels=len(found)) for (noun, name), found in labels.items() if found
    )


def withdrawn(db: DuckDBPyConnection, path: str) -> frozenset[str]:
    """The labels of a snapshot's file that were retracted or overruled since."""
    return frozenset(label_id for (label_id,) in db.execute(WITHDRAWN, {"path": path}).fetchall())
