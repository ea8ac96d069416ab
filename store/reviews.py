"""A safety reviewer's verdicts on labels, and which labels wait for one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import SafetyLabel, Track, Turn, Verdict
from store.rows import number, rows

INSERT = """
insert into reviews by name
select unnest(from_json($facts, '[{
  "review_id": "VARCHAR", "label_id": "VARCHAR", "reviewer_id": "VARCHAR", "verdict": "VARCHAR",
  "why": "VARCHAR", "cause": "VARCHAR", "found_by": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning review_id
"""

COUNT = """
select count(*) from reviews
where  label_id = $label_id
"""

NEWEST = """
select verdict from reviews
where  label_id = $label_id
order  by made_at desc
limit  1
"""

FLAGS_LIKE = """
select lease_id, annotator_id, comparison_id from skips
where  flagged and starts_with(lease_id, $start)
order  by lease_id
"""

# Labels that stand and on whose newest version nobody has ruled, and flags that nobody has answered.
WAITING = """
with last_edit as (
  select label_id, max(made_at) as edited_at
  from   edits
  group  by label_id
),
last_review as (
  select label_id, max(made_at) as reviewed_at
  from   reviews
  group  by label_id
),
open_labels as (
  select current_labels.*, coalesce(edited_at, made_at) as said_at
  from   current_labels
  left   join last_edit using (label_id)
  left   join last_review using (label_id)
  where  not retracted and (reviewed_at is null or edited_at > reviewed_at)
),
asked as (
  select comparison_id, track, turns, response_ids, purpose
  from   comparisons
  join   prompts using (prompt_id)
),
waiting as (
  select 'label' as noun, label_id as name, comparison_id, annotator_id, said_at, comment, ranks, safety,
         case
           when len(list_filter(ranks, lambda rank, place: not safety[place].safe and len(list_filter(ranks,
                  lambda other, beside: rank < other and safety[beside].safe)) > 0)) > 0
           then 'chosen unsafe, another safe'
           when both_bad then 'both bad'
           when list_contains($required::varchar[], track) and not surplus and purpose in ('train', 'overlap')
           then 'unreviewed'
         end as reason
  from   open_labels
  join   asked using (comparison_id)
  where  purpose not in ('gold', 'swapped')
  union  all by name
  select 'skip' as noun, lease_id as name, comparison_id, annotator_id, made_at as said_at,
         reason as comment, 'flagged' as reason
  from   skips
  where  flagged and lease_id not in (select label_id from reviews)
)
select noun, waiting.name, reason, waiting.comparison_id,
       coalesce(annotators.name, annotator_id) as annotator, track, said_at, comment, turns,
       coalesce(ranks, []) as ranks, coalesce(safety, []) as safety, response_ids,
       count(*) over () as waiting
from   waiting
join   asked using (comparison_id)
left   join annotators using (annotator_id)
where  waiting.reason is not null and not list_contains($held::varchar[], waiting.comparison_id)
order  by list_position($order::varchar[], reason), said_at, waiting.name
limit  $most
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """`[review]` in `hone.toml`."""

    required: tuple[Track, ...] = ()
    """Tracks whose labels train only when a reviewer has confirmed them."""
    sign_off: tuple[Track, ...] = ()
    """Tracks on which nothing trains until a reviewer has signed the snapshot (hone sign)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A `label`, or a `skip` that flags its comparison, that a reviewer should see, and why.

    `ranks` and `safety` are by response, as in a label; a skip has none. `waiting` counts all that wait.
    """

    noun: str
    name: str
    reason: str
    comparison_id: str
    annotator: str
    track: Track
    said_at: datetime
    comment: str
    turns: tuple[Turn, ...]
    ranks: tuple[int, ...]
    safety: tuple[SafetyLabel, ...]
    response_ids: tuple[str, ...]
    waiting: int


ORDER = ("chosen unsafe, another safe", "flagged", "both bad", "unreviewed")
"""Why something waits, the most pressing first."""


def count(db: DuckDBPyConnection, label_id: str) -> int:
    """How many verdicts were given on a label."""
    return number(db.execute(COUNT, {"label_id": label_id}))


def overruled(db: DuckDBPyConnection, label_id: str) -> bool:
    """Whether the newest verdict takes the label out."""
    newest = db.execute(NEWEST, {"label_id": label_id}).fetchone()
    return newest is not None and newest[0] != Verdict.CONFIRM


def flags_like(db: DuckDBPyConnection, start: str) -> dict[str, tuple[str, str]]:
    """The skips that flag their comparison and whose ids begin so, with the annotator and comparison of
    each."""
    found = db.execute(FLAGS_LIKE, {"start": start}).fetchall()
    return {lease_id: (annotator_id, comparison_id) for lease_id, annotator_id, comparison_id in found}


def due(
    db: DuckDBPyConnection, required: tuple[Track, ...], most: int, held: Collection[str] = ()
) -> list[Due]:
    """What reviewers should see, the most pressing and oldest first, but for the comparisons `held`."""
    found = {"required": list(required), "most": most, "order": list(ORDER), "held": list(held)}
    return rows(db.execute(WAITING, found), Due)
