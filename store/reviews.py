"""A safety reviewer's verdicts on labels, what they found, and what wants a reviewer to look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from duckdb import DuckDBPyConnection
from pydantic import Field

from store.records import Degree, SafetyLabel, Track, Turn, Verdict
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

VERDICT = """
select verdict from current_labels
where  label_id = $label_id and verdict is not null
"""

FLAGS_LIKE = """
select lease_id, annotator_id, comparison_id from skips
where  flagged and starts_with(lease_id, $start)
order  by lease_id
"""

IN_FILE = """
select count(distinct label_id) from read_parquet($path)
where  label_id in (select label_id from reviews)
"""

# One flag, or all that nobody has answered, the oldest first. What they are of may be anything.
FLAGS = """
select 'skip' as noun, lease_id as name, comparison_id, skips.annotator_id,
       coalesce(annotators.name, skips.annotator_id) as annotator, skips.made_at as said_at,
       reason as comment, track, turns, response_ids, coalesce(risks, []) as risks, [] as ranks,
       null as degree, false as both_bad, [] as safety, 0 as seconds, 0 as edits
from   skips
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join annotators on annotators.annotator_id = skips.annotator_id
left   join (select comparison_id, list(risk order by risk) as risks
             from   comparison_risks
             group  by comparison_id) using (comparison_id)
where  flagged
  and  if($name is null, lease_id not in (select label_id from reviews), lease_id = $name)
order  by skips.made_at, lease_id
"""

LABELS = """
select 'label' as noun, label_id as name, comparison_id, current_labels.annotator_id,
       coalesce(annotators.name, current_labels.annotator_id) as annotator,
       coalesce(edited_at, current_labels.made_at) as said_at, comment, track, turns, response_ids,
       coalesce(risks, []) as risks, ranks, degree, both_bad, safety, seconds, edits
from   current_labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join annotators on annotators.annotator_id = current_labels.annotator_id
left   join (select label_id, max(made_at) as edited_at from edits group by label_id) using (label_id)
left   join (select comparison_id, list(risk order by risk) as risks
             from   comparison_risks
             where  comparison_id in (select comparison_id from labels
                                      where  label_id in (select unnest($names::varchar[])))
             group  by comparison_id) using (comparison_id)
where  label_id in (select unnest($names::varchar[]))
order  by list_position($names::varchar[], label_id)
"""

# Whatever is settled: a verdict stands on what a label says now, or the label does not stand.
SETTLED = """
select label_id
from   (select label_id, max(made_at) as reviewed_at from reviews group by label_id)
left   join (select label_id, max(made_at) as edited_at from edits group by label_id) using (label_id)
where  not coalesce(edited_at > reviewed_at, false)
union
select label_id from retractions
"""

ANEW = """
select label_id
from   (select label_id, arg_max(verdict, made_at) as verdict, max(made_at) as reviewed_at
        from   reviews
        group  by label_id)
join   (select label_id, max(made_at) as edited_at from edits group by label_id) using (label_id)
where  verdict = 'send back' and edited_at > reviewed_at
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings:
    """`[review]` in `hone.toml`."""

    required: tuple[Track, ...] = ()
    """Tracks whose labels train only when a reviewer has confirmed them."""
    sign_off: tuple[Track, ...] = ()
    """Tracks on which nothing trains until a reviewer has signed the snapshot (hone sign)."""
    exposures_per_hour: Annotated[int, Field(ge=1)] = 30
    """Comparisons with covered texts that a reviewer may look at within an hour; then it is time to pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A `label` as it stands after so many `edits`, or a `skip` that flags its comparison, by what it says;
    `risks` are those of the comparison, whoever named them. `ranks` and `safety` are by response; a skip has
    none."""

    noun: str
    name: str
    comparison_id: str
    annotator_id: str
    annotator: str
    said_at: datetime
    comment: str
    track: Track
    turns: tuple[Turn, ...]
    response_ids: tuple[str, ...]
    risks: tuple[str, ...]
    ranks: tuple[int, ...]
    degree: Degree | None
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    seconds: float
    edits: int

    @property
    def risky(self) -> bool:
        """Whether its texts may be harmful: it asks for safety, anybody named a risk, or it was flagged."""
        return self.noun == "skip" or self.track is Track.SAFETY or bool(self.risks)


def turn(label_id: str) -> str:
    """The turn that whoever rules on the label takes, and whoever says it anew."""
    return f"review {label_id}"


def count(db: DuckDBPyConnection, label_id: str) -> int:
    """How many verdicts were given on a label."""
    return number(db.execute(COUNT, {"label_id": label_id}))


def verdict(db: DuckDBPyConnection, label_id: str) -> Verdict | None:
    """The newest verdict on the label as it stands now; None where there is none, or it was sent back and
    said anew."""
    found = db.execute(VERDICT, {"label_id": label_id}).fetchone()
    return Verdict(found[0]) if found else None


def reviewed(db: DuckDBPyConnection, path: str) -> int:
    """On how many labels of a snapshot's file a reviewer has ruled."""
    return number(db.execute(IN_FILE, {"path": path}))


def overruled(db: DuckDBPyConnection, label_id: str) -> bool:
    """Whether the newest verdict takes the label out, as it stands now."""
    return verdict(db, label_id) not in {None, Verdict.CONFIRM}


def flags_like(db: DuckDBPyConnection, start: str) -> dict[str, tuple[str, str]]:
    """The skips that flag their comparison and whose ids begin so, with the annotator and comparison of
    each."""
    found = db.execute(FLAGS_LIKE, {"start": start}).fetchall()
    return {lease_id: (annotator_id, comparison_id) for lease_id, annotator_id, comparison_id in found}


def said(db: DuckDBPyConnection, name: str) -> Said:
    """The label or the flag of this id, which is there."""
    found = labels(db, [name]) or rows(db.execute(FLAGS, {"name": name}), Said)
    return found[0]


def flags(db: DuckDBPyConnection) -> list[Said]:
    """Those that nobody has answered, the oldest first."""
    return rows(db.execute(FLAGS, {"name": None}), Said)


def labels(db: DuckDBPyConnection, names: Sequence[str]) -> list[Said]:
    """The labels of these ids, in their order."""
    return rows(db.execute(LABELS, {"names": list(names)}), Said)


def named(db: DuckDBPyConnection, names: Sequence[str]) -> list[Said]:
    """The labels and flags of these ids, in their order."""
    judged = {one.name: one for one in labels(db, names)}
    flagged = {name: said(db, name) for name in names if name not in judged}
    return [(judged | flagged)[name] for name in names]


def settled(db: DuckDBPyConnection) -> list[str]:
    """The labels on which nobody need rule: somebody did, or they do not stand."""
    return [label_id for (label_id,) in db.execute(SETTLED).fetchall()]


def said_anew(db: DuckDBPyConnection) -> list[str]:
    """Labels that were sent back, and have been said anew since."""
    return [label_id for (label_id,) in db.execute(ANEW).fetchall()]
