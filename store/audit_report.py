"""What an outside auditor is told of a home: who labelled, who reviewed, what is left out, who signed what.

Figures of people by name; no text of a prompt, a response or a comment is in it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store import policies, promotions
from store.messages import Mark
from store.rows import rows
from store.rulings import VERDICTS

LABELLED = """
select coalesce(name, labels.annotator_id) as name, coalesce(kind, 'person') as kind, track,
       count(*) as given, count(*) filter (retractions.label_id is not null) as retracted,
       min(labels.made_at) as first_at, max(labels.made_at) as last_at
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join retractions using (label_id)
left   join annotators on annotators.annotator_id = labels.annotator_id
group  by all
order  by name, track
"""

BY_REVIEWER = """
)
select name, verdict, coalesce(cause, '') as cause, count(*) as given,
       count(*) filter (stands) as standing
from   verdicts
group  by all
order  by name, verdict, cause
"""

REVIEWED = "with verdicts as (" + VERDICTS + BY_REVIEWER

RETRACTED = """
with taken_back as (
  select annotator_id, reason, 1 as labels, 0 as demonstrations from retractions
  union  all
  select annotator_id, reason, 0 as labels, 1 as demonstrations from demonstration_retractions
)
select coalesce(name, taken_back.annotator_id) as retracted_by, reason,
       sum(labels)::bigint as labels, sum(demonstrations)::bigint as demonstrations
from   taken_back
left   join annotators on annotators.annotator_id = taken_back.annotator_id
group  by all
order  by labels desc, demonstrations desc, retracted_by, reason
"""

FROZEN = """
select snapshot_id, row_count as pairs, left_out, audit_seq, audit_head, made_at,
       (select coalesce(string_agg(
                 coalesce(name, reviewer_id) || strftime(signatures.made_at, ' on %Y-%m-%d at %H:%M UTC')
                   || if(note = '', '', ': ' || note),
                 '; ' order by signatures.made_at), '')
        from   signatures
        left   join annotators on annotator_id = reviewer_id
        where  signatures.snapshot_id = snapshots.snapshot_id) as signed_by
from   snapshots
where  contents = 'preferences'
order  by made_at, snapshot_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledBy:
    """What one annotator gave on one track, and how much of it was retracted."""

    name: str
    kind: str
    track: str
    given: int
    retracted: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedBy:
    """How often one reviewer gave a verdict for a cause, if one was named, and how often it stands: nobody
    ruled on the same since, nor was the label said anew."""

    name: str
    verdict: str
    cause: str
    given: int
    standing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractedBy:
    """How many labels and demonstrations somebody retracted, and why."""

    retracted_by: str
    reason: str
    labels: int
    demonstrations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """A snapshot: what it holds and leaves out (JSON), the row and hash that it anchors, who signed it, when,
    and the note with it."""

    snapshot_id: str
    pairs: int
    left_out: str
    audit_seq: int
    audit_head: str
    made_at: datetime
    signed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A policy: how many labels were in what it learned from (None where nobody counted), how many of them
    were withdrawn since, whether it may answer people, and what people decided of that."""

    policy_id: str
    round: int
    method: str
    labels: int | None
    withdrawn: int
    promoted: bool
    decided: str
    made_at: datetime


def labelled(db: DuckDBPyConnection) -> list[LabelledBy]:
    """By name and track."""
    return rows(db.execute(LABELLED), LabelledBy)


def reviewed(db: DuckDBPyConnection) -> list[ReviewedBy]:
    """By name, verdict and cause."""
    return rows(db.execute(REVIEWED), ReviewedBy)


def retracted(db: DuckDBPyConnection) -> list[RetractedBy]:
    """The most first."""
    return rows(db.execute(RETRACTED), RetractedBy)


def frozen(db: DuckDBPyConnection) -> list[Frozen]:
    """The oldest first."""
    return rows(db.execute(FROZEN), Frozen)


def trained(db: DuckDBPyConnection, marked: Collection[Mark]) -> list[Trained]:
    """The home's own policies, the first round first; `marked` tells what was withdrawn."""
    withdrawn = {mark.name: mark.labels for mark in marked if mark.noun == "policy"}
    decided = dict[str, list[str]]()
    for said in promotions.every(db):
        what = "promoted" if said.promoted else "withdrawn"
        words = f"{what} by {said.name} on {said.made_at:%Y-%m-%d at %H:%M} UTC: {said.why}"
        decided.setdefault(said.policy_id, []).append(words)
    return [
        Trained(
            policy_id=one.policy_id,
            round=one.round,
            method=one.method,
            labels=one.labels,
            withdrawn=withdrawn.get(one.policy_id, 0),
            promoted=one.promoted,
            decided="; ".join(decided.get(one.policy_id, [])),
            made_at=one.made_at,
        )
        for one in reversed(policies.taught(db))
    ]
