"""What an annotator gave lately: their labels, skips and flags, without what they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store import batches
from store.records import Degree, Form, Label, SafetyLabel, Track, Turn, Verdict
from store.rows import row, rows

# The key finds the newest; the view would put together every label that there is. What only measures hides
# among the work in whose midst it came: it can be changed as long as what its annotator judged just before.
RECENT = """
with newest as (
  select label_id, comparison_id
  from   labels
  where  annotator_id = $annotator_id
    and  ($label_id::varchar is null or label_id = $label_id)
    and  ($form::varchar is null or $form = if(len(ranks) = 2, 'pair', 'ranking'))
    and  label_id not in (select label_id from retractions)
    and  (not $sent_back or label_id in (select label_id from current_labels
                                         where  annotator_id = $annotator_id and verdict = 'send back'))
  order  by made_at desc, label_id
  limit  $most
),
worked as (
  select labels.made_at as worked_at, len(ranks) = 2 as is_pair, batch_id as worked_in
  from   labels
  join   comparisons using (comparison_id)
  where  annotator_id = $annotator_id and labels.made_at >= $since and purpose not in ('gold', 'swapped')
    and  comparison_id not in (select comparison_id from chat_turns)
)
select current_labels.label_id, track, turns, shown_order, ranks, degree, both_bad, safety, reasons, comment,
       seconds, guideline_version, edits, current_labels.made_at,
       comparison_id in (select comparison_id from chat_turns) as in_chat,
       coalesce(if(purpose in ('gold', 'swapped'), current_labels.made_at >= $since
                   and coalesce(worked_in, $batch_id) = $batch_id, batch_id = $batch_id), false)
         or coalesce(verdict = 'send back', false) as can_change,
       if(verdict = 'send back', why, null) as sent_back
from   current_labels
join   newest using (label_id, comparison_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join (select label_id, arg_max(why, made_at) as why from reviews group by label_id) using (label_id)
asof   left join worked on is_pair = (len(ranks) = 2) and worked_at <= current_labels.made_at
order  by current_labels.made_at desc, current_labels.label_id
"""

# The same of all that they gave: a window is passed once, where a join would look at each pair of labels.
NEWEST = """
with own as (
  select label_id, comparison_id, batch_id, labels.made_at, purpose in ('gold', 'swapped') as measures,
         last_value(if(measures or labels.made_at < $since
                       or comparison_id in (select comparison_id from chat_turns),
                       null, batch_id) ignore nulls)
           over (partition by len(ranks) = 2 order by labels.made_at) as worked_in
  from   labels
  join   comparisons using (comparison_id)
  where  annotator_id = $annotator_id
),
newest as (
  select label_id, comparison_id
  from   own
  where  label_id not in (select label_id from retractions)
    and  if(measures, made_at >= $since and coalesce(worked_in, $batch_id) = $batch_id, batch_id = $batch_id)
  order  by made_at desc, label_id
  limit  1
)
select current_labels.* exclude (edits, retracted, verdict)
from   current_labels
join   newest using (label_id, comparison_id)
"""

SKIPS = """
select lease_id, track, turns, reason, flagged, skips.made_at, verdict, why as answer
from   skips
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join (select label_id as lease_id, arg_max(verdict, made_at) as verdict, arg_max(why, made_at) as why
             from   reviews
             group  by label_id) using (lease_id)
where  skips.annotator_id = $annotator_id
order  by skips.made_at desc, lease_id
limit  $most
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLabel:
    """A label as it stands; `ranks` and `safety` by response, `shown_order` says where each was shown.

    `can_change` as long as its batch is open, or until it is said anew where a reviewer sent it back;
    `sent_back` is why one did. `edits` counts how often it was said anew.
    """

    label_id: str
    track: Track
    turns: tuple[Turn, ...]
    shown_order: tuple[int, ...]
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    reasons: tuple[str, ...]
    comment: str
    seconds: float
    guideline_version: int
    edits: int
    made_at: datetime
    in_chat: bool
    can_change: bool
    sent_back: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSkip:
    """Something given back unjudged; where it was flagged, what a reviewer said to it, if one did."""

    lease_id: str
    track: Track
    turns: tuple[Turn, ...]
    reason: str
    flagged: bool
    made_at: datetime
    verdict: Verdict | None
    answer: str | None


def recent(db: DuckDBPyConnection, annotator_id: str, most: int, form: Form | None = None) -> list[OwnLabel]:
    """Their newest labels that stand, of one form or of both."""
    asked = {"annotator_id": annotator_id, "label_id": None, "form": form, "most": most, "sent_back": False}
    return rows(db.execute(RECENT, asked | _still_open(db)), OwnLabel)


def sent_back(db: DuckDBPyConnection, annotator_id: str, most: int) -> list[OwnLabel]:
    """Their newest labels that a reviewer sent back and that they have not said anew."""
    asked = {"annotator_id": annotator_id, "label_id": None, "form": None, "most": most, "sent_back": True}
    return rows(db.execute(RECENT, asked | _still_open(db)), OwnLabel)


def one(db: DuckDBPyConnection, annotator_id: str, label_id: str) -> OwnLabel | None:
    """Their label with this id, if it stands."""
    asked = {"annotator_id": annotator_id, "label_id": label_id, "form": None, "most": 1, "sent_back": False}
    return row(db.execute(RECENT, asked | _still_open(db)), OwnLabel)


def newest(db: DuckDBPyConnection, annotator_id: str) -> Label | None:
    """Their newest label that stands and can be changed, as it stands."""
    return row(db.execute(NEWEST, {"annotator_id": annotator_id} | _still_open(db)), Label)


def skips(db: DuckDBPyConnection, annotator_id: str, most: int) -> list[OwnSkip]:
    """What they skipped and flagged, the newest first."""
    return rows(db.execute(SKIPS, {"annotator_id": annotator_id, "most": most}), OwnSkip)


def _still_open(db: DuckDBPyConnection) -> dict[str, object]:
    """The batch whose labels can be changed, and since when it has been open."""
    newest = batches.open_batch(db)
    return {"batch_id": newest.batch_id if newest else None, "since": newest.made_at if newest else None}
