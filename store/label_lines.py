"""Labels as programs read them: what they say now, with what it is about, in the order in which they came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from duckdb import DuckDBPyConnection

from store.records import Degree, Purpose, SafetyLabel, Track, Turn, Verdict
from store.rows import rows

# By row number, which follows the order in which labels came; so a reader goes on where it stopped.
PAGE = """
with picked as (
  select rowid + 1 as cursor, label_id, comparison_id from labels
  where  rowid >= $after
  order  by rowid
  limit  $most
),
places as (
  select comparison_id, unnest(response_ids) as response_id, generate_subscripts(response_ids, 1) as place
  from   comparisons
  where  comparison_id in (select comparison_id from picked)
),
answered as (
  select comparison_id,
         list({'response_id': response_id, 'policy_id': policy_id, 'text': text} order by place) as answers
  from   places
  join   responses using (response_id)
  group  by comparison_id
),
said as (
  select * from current_labels
  where  label_id in (select label_id from picked)
)
select cursor, label_id, comparison_id, batch_id, purpose, prompt_id, track, language, turns, answers,
       annotator_id, coalesce(name, annotator_id) as annotator, ranks, degree, both_bad, safety, reasons,
       comment, seconds, shown_order, guideline_version, surplus, edits, retracted as withdrawn, verdict,
       said.made_at
from   picked
join   said using (label_id, comparison_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   answered using (comparison_id)
left   join annotators using (annotator_id)
order  by cursor
"""

MOST: Final = 1000
"""Labels in a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSaid:
    """A response of a comparison."""

    response_id: str
    policy_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """A label with its comparison; `ranks`, `safety` and `shown_order` go by the order of `answers`.

    `cursor` is its place among all labels, from 1: ask for those after it to go on. `edits` counts how often
    it was said anew; one that is `withdrawn`, or `surplus`, or overturned or excluded by the reviewer's
    `verdict`, does not train.
    """

    cursor: int
    label_id: str
    comparison_id: str
    batch_id: str
    purpose: Purpose
    prompt_id: str
    track: Track
    language: str
    turns: tuple[Turn, ...]
    answers: tuple[AnswerSaid, ...]
    annotator_id: str
    annotator: str
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    reasons: tuple[str, ...]
    comment: str
    seconds: float
    shown_order: tuple[int, ...]
    guideline_version: int
    surplus: bool
    edits: int
    withdrawn: bool
    verdict: Verdict | None
    made_at: datetime


def page(db: DuckDBPyConnection, after: int) -> list[LabelLine]:
    """Up to `MOST` labels after this place."""
    return rows(db.execute(PAGE, {"after": after, "most": MOST}), LabelLine)
