"""Judgements, and what withdraws them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Form, Label, Track
from store.rows import number, row, rows

INSERT_NEW = """
insert into labels by name
select unnest(from_json($facts, '[{
  "label_id": "VARCHAR", "comparison_id": "VARCHAR", "annotator_id": "VARCHAR",
  "ranks": ["TINYINT"], "degree": "TINYINT", "shown_order": ["TINYINT"], "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "reasons": ["VARCHAR"], "comment": "VARCHAR", "seconds": "DOUBLE",
  "guideline_version": "INTEGER", "surplus": "BOOLEAN", "seen_share": ["DOUBLE"],
  "changes": "INTEGER", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

INSERT = (
    INSERT_NEW
    + """on conflict do nothing
returning label_id
"""
)

INSERT_RETRACTION = """
insert into retractions by name
select unnest(from_json($facts, '[{
  "label_id": "VARCHAR", "annotator_id": "VARCHAR", "reason": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning label_id
"""

INSERT_SKIP = """
insert into skips by name
select unnest(from_json($facts, '[{
  "lease_id": "VARCHAR", "comparison_id": "VARCHAR", "annotator_id": "VARCHAR",
  "reason": "VARCHAR", "flagged": "BOOLEAN", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning lease_id
"""

BY_ID = """
select * from labels
where  label_id = $label_id
"""

UNKNOWN = """
select unnest($label_ids::varchar[])
except
select label_id from labels
"""

OF_COMPARISON = """
select labels.* from labels
where  comparison_id = $comparison_id
  and  label_id not in (select label_id from retractions)
order  by made_at, label_id
"""

OPENED_BY = """
select distinct comparison_id from labels
join   comparisons using (comparison_id)
where  label_id in (select unnest($label_ids::varchar[]))
  and  not surplus and purpose not in ('gold', 'swapped')
order  by comparison_id
"""

STANDING = """
select * exclude (edits, retracted, verdict) from current_labels
where  not retracted
  and  if($label_id is null, annotator_id = $annotator_id, label_id = $label_id)
order  by label_id
"""

RETRACTED = """
select count(*) from retractions
where  label_id = $label_id
"""

VOIDED = """
select count(*) from labels
join   retractions using (label_id)
where  labels.comparison_id = $comparison_id and labels.annotator_id = $annotator_id
  and  retractions.annotator_id <> labels.annotator_id
"""

JUDGED = """
select count(*) from labels
where  comparison_id = $comparison_id and annotator_id = $annotator_id
  and  label_id not in (select label_id from retractions)
"""

SKIPPED = """
select count(*) from skips
where  lease_id = $lease_id
"""

UNDONE = """
select current_labels.* exclude (edits, retracted, verdict)
from   current_labels
join   retractions using (label_id)
where  retractions.annotator_id = current_labels.annotator_id
order  by retractions.made_at
"""

DONE = """
select annotator_id, if(purpose in ('gold', 'swapped'), null, batch_id) as batch_id, track,
       if(len(ranks) = 2, 'pair', 'ranking') as form, count(*) as labels,
       count(*) filter (where labels.made_at >= $since) as lately
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
where  label_id not in (select label_id from retractions)
group  by all
"""

COLLECTED = """
select batch_id, track, language, count(*) as labels
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
where  not surplus and purpose in ('train', 'overlap')
  and  label_id not in (select label_id from retractions)
group  by all
"""


def by_id(db: DuckDBPyConnection, label_id: str) -> Label | None:
    """The label with this id, retracted or not."""
    return row(db.execute(BY_ID, {"label_id": label_id}), Label)


def unknown(db: DuckDBPyConnection, label_ids: list[str]) -> list[str]:
    """Those of the ids that no label has."""
    found = db.execute(UNKNOWN, {"label_ids": label_ids}).fetchall()
    return sorted(label_id for (label_id,) in found)


def of_comparison(db: DuckDBPyConnection, comparison_id: str) -> list[Label]:
    """The comparison's labels that stand, the oldest first."""
    return rows(db.execute(OF_COMPARISON, {"comparison_id": comparison_id}), Label)


def standing(db: DuckDBPyConnection, noun: str, name: str) -> list[Label]:
    """The annotator's labels, or the one label, as long as they stand."""
    names = {"label_id": None, "annotator_id": None, f"{noun}_id": name}
    return rows(db.execute(STANDING, names), Label)


def opened_by(db: DuckDBPyConnection, label_ids: list[str]) -> list[str]:
    """The comparisons that want another label once these do not stand."""
    found = db.execute(OPENED_BY, {"label_ids": label_ids}).fetchall()
    return [comparison_id for (comparison_id,) in found]


def retracted(db: DuckDBPyConnection, label_id: str) -> bool:
    """Whether the label was withdrawn."""
    return number(db.execute(RETRACTED, {"label_id": label_id})) > 0


def voided(db: DuckDBPyConnection, annotator_id: str, comparison_id: str) -> bool:
    """Whether somebody else withdrew a label of this annotator on the comparison."""
    asked = {"annotator_id": annotator_id, "comparison_id": comparison_id}
    return number(db.execute(VOIDED, asked)) > 0


def judged(db: DuckDBPyConnection, annotator_id: str, comparison_id: str) -> bool:
    """Whether a label of this annotator on the comparison stands."""
    asked = {"annotator_id": annotator_id, "comparison_id": comparison_id}
    return number(db.execute(JUDGED, asked)) > 0


def skipped(db: DuckDBPyConnection, lease_id: str) -> bool:
    """Whether the lease was given back unjudged."""
    return number(db.execute(SKIPPED, {"lease_id": lease_id})) > 0


def undone(db: DuckDBPyConnection) -> list[Label]:
    """The labels that their own annotators withdrew, the first withdrawn first."""
    return rows(db.execute(UNDONE), Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How many labels of an annotator stand in a batch (None: they only measure), a track and a form, and how
    many of them were given lately."""

    annotator_id: str
    batch_id: str | None
    track: Track
    form: Form
    labels: int
    lately: int


def done(db: DuckDBPyConnection, since: datetime) -> list[Done]:
    """How many labels stand, by annotator, batch, track and form."""
    return rows(db.execute(DONE, {"since": since}), Done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """How many labels that can train stand in a batch, track and language."""

    batch_id: str
    track: Track
    language: str
    labels: int


def collected(db: DuckDBPyConnection) -> list[Collected]:
    """How many labels that can train stand, by batch, track and language."""
    return rows(db.execute(COLLECTED), Collected)
