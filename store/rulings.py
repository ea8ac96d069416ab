"""What reviewers have ruled on labels and flags so far, and what people say of one comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Degree, SafetyLabel, Verdict
from store.rows import rows

# All verdicts, by whom. The newest one on a label or flag stands until the label is said anew.
VERDICTS = """
select review_id, label_id, reviewer_id, coalesce(name, reviewer_id) as name, verdict, why, cause,
       reviews.made_at,
       reviews.made_at = max(reviews.made_at) over (partition by label_id)
         and not coalesce(edited_at > reviews.made_at, false) as stands
from   reviews
left   join annotators on annotator_id = reviewer_id
left   join (select label_id, max(made_at) as edited_at from edits group by label_id) using (label_id)
"""

OF_NAMES = """
)
select label_id, reviewer_id, name, verdict, why, made_at, stands
from   verdicts
where  label_id in (select unnest($names::varchar[]))
order  by made_at, review_id
"""

RULINGS = "with verdicts as (" + VERDICTS + OF_NAMES

OPINIONS = """
select label_id, comparison_id, coalesce(name, annotator_id) as name, ranks, degree, both_bad, safety
from   current_labels
left   join annotators using (annotator_id)
where  comparison_id in (select unnest($comparisons::varchar[])) and not retracted
order  by current_labels.made_at, label_id
"""

# What was ruled on last is first.
RULED = """
select label_id
from   (select label_id, max(made_at) as ruled_at from reviews group by label_id)
left   join labels using (label_id)
left   join skips on lease_id = label_id
where  coalesce(labels.annotator_id, skips.annotator_id) <> $reviewer
  and  label_id not in (select label_id from retractions)
  and  coalesce(labels.comparison_id, skips.comparison_id) not in (
         select comparison_id from labels where annotator_id = $reviewer
         union all
         select unnest($without::varchar[]))
order  by ruled_at desc, label_id
limit  $most
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A verdict on a label or a flag, by whom and why; the newest one `stands` on what is said now."""

    label_id: str
    reviewer_id: str
    name: str
    verdict: Verdict
    why: str
    made_at: datetime
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a label says of its comparison now; `ranks` and `safety` are by response."""

    label_id: str
    comparison_id: str
    name: str
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]


def rulings(db: DuckDBPyConnection, names: Sequence[str]) -> list[Ruling]:
    """All verdicts on these labels and flags, the oldest first."""
    return rows(db.execute(RULINGS, {"names": list(names)}), Ruling)


def standing(db: DuckDBPyConnection, name: str) -> tuple[Ruling | None, int]:
    """The verdict that stands on this label or flag, and how many there have been."""
    found = rulings(db, [name])
    return next((one for one in found if one.stands), None), len(found)


def opinions(db: DuckDBPyConnection, comparison_ids: Collection[str]) -> list[Opinion]:
    """What people say of these comparisons, whoever was first first; what was retracted is left out."""
    return rows(db.execute(OPINIONS, {"comparisons": list(comparison_ids)}), Opinion)


def ruled(db: DuckDBPyConnection, reviewer_id: str, without: Collection[str], most: int) -> list[str]:
    """The labels and flags on which anybody ruled, the newest first, that this reviewer may rule on: not of
    themselves, nor of what they judged themselves, nor of the comparisons to leave out."""
    asked = {"reviewer": reviewer_id, "without": list(without), "most": most}
    return [name for (name,) in db.execute(RULED, asked).fetchall()]
