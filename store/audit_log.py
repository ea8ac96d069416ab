"""The audit as people read it: who appended what and when, the newest first. What it says is checked
elsewhere (`store.verification`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.rows import rows

# A bundle's facts are in its file; here it is one row. What lets somebody in is nobody's to read.
LOG = """
with told as (
  select seq, body ->> 'kind' as kind, body ->> 'actor' as actor_id, hash,
         (body ->> 'made_at')::timestamp as made_at,
         -- what a reviewer is spared is theirs alone.
         if(body ->> 'kind' = 'OptOut', '{}',
            json_merge_patch(body -> 'fact', '{"password_hash": null, "token_hash": null}')::varchar) as fact
  from   audit
  where  seq < $before
)
select seq, told.kind, coalesce(name, actor_id) as actor, told.made_at, fact, hash
from   told
left   join annotators on annotator_id = actor_id
where  (len($kinds::varchar[]) = 0 or list_contains($kinds::varchar[], told.kind))
  and  ($actor = '' or actor_id = $actor or name = $actor)
  and  ($search = '' or contains(fact, $search))
order  by seq desc
limit  $most
"""

KINDS = """
select body ->> 'kind' as kind, count(*) as told
from   audit
group  by kind
order  by told desc, kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of the audit: `fact` is what was appended, as JSON; `hash` covers it and all rows before."""

    seq: int
    kind: str
    actor: str
    made_at: datetime
    fact: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Rows before this one, of these kinds (none: all), of one actor by id or name, that hold these words."""

    before: int
    kinds: tuple[str, ...] = ()
    actor: str = ""
    search: str = ""
    most: int = 100


def log(db: DuckDBPyConnection, wanted: Wanted) -> list[Told]:
    """The newest first."""
    asked = {
        "before": wanted.before,
        "kinds": list(wanted.kinds),
        "actor": wanted.actor,
        "search": wanted.search,
        "most": wanted.most,
    }
    return rows(db.execute(LOG, asked), Told)


def kinds(db: DuckDBPyConnection) -> dict[str, int]:
    """How many rows tell of each kind of fact, the most first."""
    return dict(db.execute(KINDS).fetchall())
