"""The labels of a lineage, searched and a page at a time, without what they say; what was asked of them stays
covered where it may be harmful."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from duckdb import DuckDBPyConnection

from store import exposures
from store.lineage import HOLDING, LABELS_OF_FILES, OF_THING
from store.records import Track
from store.rows import number, rows

# Covered is what may be harmful, unless the reader has looked at it and is not spared it.
MATCHING = """
),
risky as (
  select comparison_id, bool_or(risk in (select unnest($spared::varchar[]))) as spared
  from   comparison_risks
  group  by comparison_id
),
looked as (
  select distinct comparison_id from exposures
  where  reviewer_id = $reader
),
found as (
  select labels.label_id, coalesce(name, labels.annotator_id) as annotator, labels.made_at, track,
         batches.round, turns[len(turns)].content as content,
         (track = 'safety' or risky.comparison_id is not null)
           and (coalesce(risky.spared, false) or looked.comparison_id is null) as covered,
         case when retracted then 'retracted'
              when verdict <> 'confirm' then verdict
              when edits > 0 then 'edited'
              else '' end as since
  from   current_labels as labels
  semi   join these using (label_id)
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  join   batches using (batch_id)
  left   join annotators using (annotator_id)
  left   join risky on risky.comparison_id = labels.comparison_id
  left   join looked on looked.comparison_id = labels.comparison_id
),
matching as (
  select label_id, annotator, made_at, track, round, since, covered,
         if(covered, '', content[1:120]) as about
  from   found
  where  ($search = '' or starts_with(label_id, $search) or contains(lower(annotator), lower($search))
          or not covered and contains(lower(content), lower($search)))
    and  (not $withdrawn or since not in ('', 'edited'))
)
"""

PAGE = """
from   matching
select *
order  by made_at, label_id
limit  $most offset $skip
"""

COUNT = """
from   matching
select count(*)
"""

PAGE_OF_FILES = "with these as (" + LABELS_OF_FILES + MATCHING + PAGE

COUNT_OF_FILES = "with these as (" + LABELS_OF_FILES + MATCHING + COUNT

PAGE_OF_THING = "with these as (" + OF_THING + MATCHING + PAGE

COUNT_OF_THING = "with these as (" + OF_THING + MATCHING + COUNT


class Since(StrEnum):
    """What became of a label, the gravest of it."""

    NOTHING = ""
    EDITED = "edited"
    RETRACTED = "retracted"
    OVERTURNED = "overturn"
    EXCLUDED = "exclude"
    SENT_BACK = "send back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFound:
    """A label without what it says; what became of it `since`, and the first letters of what was asked,
    unless that is `covered`."""

    label_id: str
    annotator: str
    made_at: datetime
    track: Track
    round: int
    since: Since
    covered: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsOf:
    """The labels of a label, an annotator or a prompt; of anything else those that lie in these files."""

    noun: str
    name: str
    files: tuple[str, ...] = ()

    @property
    def is_frozen(self) -> bool:
        """Whether they are what was frozen."""
        return self.noun not in HOLDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Those of the labels that begin so by id, or whose annotator or uncovered prompt has these words, and of
    them only the `withdrawn` ones where asked for; so `many` of them after those that are left out."""

    search: str
    withdrawn: bool
    many: int
    after: int


def labels_found(
    db: DuckDBPyConnection, of: LabelsOf, wanted: Wanted, reader: str
) -> tuple[list[LabelFound], int]:
    """A page of the labels that are wanted, the oldest first, as this person may read them; and how many are
    on all pages."""
    if of.is_frozen and not of.files:
        return [], 0
    asked: dict[str, object] = {
        "search": wanted.search,
        "withdrawn": wanted.withdrawn,
        "reader": reader,
        "spared": list(exposures.spared(db, reader)),
    }
    if of.is_frozen:
        page, count, asked["path"] = PAGE_OF_FILES, COUNT_OF_FILES, of.files
    else:
        page, count, asked["noun"], asked["name"] = PAGE_OF_THING, COUNT_OF_THING, of.noun, of.name
    lines = rows(db.execute(page, asked | {"most": wanted.many, "skip": wanted.after}), LabelFound)
    return lines, number(db.execute(count, asked))
