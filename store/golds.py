"""Known answers, against which annotators are measured, and which of them ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from store.records import Gold, GoldEnd, Track
from store.rows import row, rows

INSERT = """
insert into golds by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "ranks": ["TINYINT"],
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "why": "VARCHAR", "annotator_id": "VARCHAR", "label_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

INSERT_END = """
insert into gold_ends by name
select unnest(from_json($facts, '[{
  "comparison_id": "VARCHAR", "annotator_id": "VARCHAR", "why": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning comparison_id
"""

ALL = """
select golds.comparison_id, track, label_id, ranks, golds.why,
       coalesce(makers.name, golds.annotator_id) as made_by, golds.made_at,
       (select count(*) from current_labels
        where  current_labels.comparison_id = golds.comparison_id and not retracted) as answers,
       gold_ends.why as ended_why, coalesce(enders.name, gold_ends.annotator_id) as ended_by,
       gold_ends.made_at as ended_at
from   golds
join   comparisons on comparisons.comparison_id = golds.comparison_id
join   prompts using (prompt_id)
left   join gold_ends on gold_ends.comparison_id = golds.comparison_id
left   join annotators as makers on makers.annotator_id = golds.annotator_id
left   join annotators as enders on enders.annotator_id = gold_ends.annotator_id
order  by golds.made_at, golds.comparison_id
"""

BY_ID = """
select * from golds
where  comparison_id = $comparison_id
"""

MADE_OF = """
select comparison_id from golds
anti   join gold_ends using (comparison_id)
where  label_id in (select unnest($label_ids::varchar[]))
order  by comparison_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAnswer:
    """A known answer: of which label and by whom it was made, how many have answered it, and its end."""

    comparison_id: str
    track: Track
    label_id: str | None
    ranks: tuple[int, ...]
    why: str
    made_by: str
    made_at: datetime
    answers: int
    ended_why: str | None
    ended_by: str | None
    ended_at: datetime | None


def every(db: DuckDBPyConnection) -> list[KnownAnswer]:
    """All known answers, the oldest first."""
    return rows(db.execute(ALL), KnownAnswer)


def by_id(db: DuckDBPyConnection, comparison_id: str) -> Gold | None:
    """The known answer of this comparison."""
    return row(db.execute(BY_ID, {"comparison_id": comparison_id}), Gold)


def made_of(db: DuckDBPyConnection, label_ids: Sequence[str]) -> list[str]:
    """The comparisons that measure people by one of these labels."""
    found = db.execute(MADE_OF, {"label_ids": list(label_ids)}).fetchall()
    return [comparison_id for (comparison_id,) in found]


def ends(db: DuckDBPyConnection, label_ids: Sequence[str], annotator_id: str, why: str) -> list[GoldEnd]:
    """What is to be appended with whatever says that these labels do not stand."""
    return [
        GoldEnd(comparison_id=comparison_id, annotator_id=annotator_id, why=why)
        for comparison_id in made_of(db, label_ids)
    ]
