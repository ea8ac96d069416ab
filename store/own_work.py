"""What an annotator did, how long it took, and how it agrees with others, known answers and themselves.

Agreement counts what each said first, so that nobody gains by changing a label afterwards; and whoever took a
label back and judged again has said nothing first. What only measures counts once its label cannot be changed
any more, so that nobody can tell from the numbers which label it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from duckdb import DuckDBPyConnection

from store.records import Degree, SafetyLabel, Track, Turn
from store.rows import rows

# Days as the annotator counts them: the minutes by which their clocks are ahead of UTC.
DAYS = """
select (labels.made_at + to_minutes($ahead::integer))::date as day, track, count(*) as labels
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
where  labels.annotator_id = $annotator_id and labels.made_at >= $since
  and  label_id not in (select label_id from retractions)
group  by all
order  by day, track
"""

# Time is what was spent, on labels that were taken back as well.
KINDS = """
with changed as (
  select label_id, sum(edits.seconds) as seconds
  from   edits
  join   labels using (label_id)
  where  annotator_id = $annotator_id
  group  by label_id
)
select track,
       case when comparison_id in (select comparison_id from chat_turns) then 'chat'
            when len(ranks) = 2 then 'pair' else 'ranking' end as form,
       count(*) filter (where retractions.label_id is null) as labels,
       sum(labels.seconds + coalesce(changed.seconds, 0)) as seconds,
       coalesce(median(labels.seconds) filter (where retractions.label_id is null), 0) as median_seconds
from   labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
left   join retractions using (label_id)
left   join changed using (label_id)
where  labels.annotator_id = $annotator_id
group  by all
order  by track, form
"""

OTHERS = """
select track, mine.ranks, list(theirs.ranks order by theirs.label_id) as others
from   labels as mine
join   labels as theirs using (comparison_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
where  mine.annotator_id = $annotator_id and theirs.annotator_id <> $annotator_id
  and  purpose not in ('gold', 'swapped')
  and  theirs.label_id not in (select label_id from retractions)
  and  comparison_id not in (
         select comparison_id from labels
         join   retractions using (label_id)
         where  labels.annotator_id = $annotator_id)
group  by track, comparison_id, mine.ranks
"""

GOLDS = """
select track, language, comparison_id, turns, response_ids, shown_order, labels.ranks, labels.degree,
       labels.both_bad, labels.safety, golds.ranks as known_ranks, golds.safety as known_safety, golds.why,
       labels.made_at
from   labels
join   golds using (comparison_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
anti   join gold_ends using (comparison_id)
where  labels.annotator_id = $annotator_id and labels.made_at < $before
  and  comparison_id not in (
         select comparison_id from labels
         join   retractions using (label_id)
         where  labels.annotator_id = $annotator_id)
order  by labels.made_at desc, comparison_id
"""

REPEATS = """
select track, swapped.ranks, list(first.ranks) as others
from   labels as swapped
join   comparisons on comparisons.comparison_id = swapped.comparison_id
join   prompts using (prompt_id)
join   labels as first on first.comparison_id = comparisons.repeats
where  purpose = 'swapped' and swapped.made_at < $before
  and  swapped.annotator_id = $annotator_id and first.annotator_id = $annotator_id
  and  swapped.label_id not in (select label_id from retractions)
  and  first.label_id not in (select label_id from retractions)
group  by track, swapped.label_id, swapped.ranks
"""

# A colleague who still judges the track in this language, and has not seen the gold answer nor what it is of.
STILL_ASKED = """
with near as (
  select unnest([comparison_id, repeats]) as comparison_id
  from   comparisons
  where  comparison_id in (select unnest($comparison_ids::varchar[]))
),
seen as (
  select comparison_id, annotator_id from labels
  where  comparison_id in (select comparison_id from near)
  union  select comparison_id, annotator_id from skips
  union  select comparison_id, annotator_id from sightings
  union  select unnest(comparison_ids), annotator_id from qualification_tests
),
colleagues as (
  select distinct labels.annotator_id, track, languages
  from   labels
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  join   current_annotators on current_annotators.annotator_id = labels.annotator_id
  where  kind = 'person' and not suspended and labels.made_at >= $since
    and  labels.annotator_id <> $annotator_id
)
select distinct golds.comparison_id
from   golds
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   colleagues on colleagues.track = prompts.track
where  golds.comparison_id in (select unnest($comparison_ids::varchar[]))
  and  len(list_filter(languages, lambda one: split_part(replace(lower(one), '_', '-'), '-', 1)
                                            = split_part(replace(lower(language), '_', '-'), '-', 1))) > 0
  and  not exists (
         select 1 from seen
         where  seen.annotator_id = colleagues.annotator_id
           and  (seen.comparison_id = golds.comparison_id or seen.comparison_id = comparisons.repeats))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Labels of a track on one day that stand."""

    day: date
    track: Track
    labels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfWork:
    """Labels that stand of a track and form (`pair`, `ranking`, `chat`), and the active seconds they took."""

    track: Track
    form: str
    labels: int
    seconds: float
    median_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One's own ranks and those that they are compared with, of the same responses."""

    track: Track
    ranks: tuple[int, ...]
    others: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldAnswered:
    """A label beside the known answer; both by response, `shown_order` says where each was shown."""

    track: Track
    language: str
    comparison_id: str
    turns: tuple[Turn, ...]
    response_ids: tuple[str, ...]
    shown_order: tuple[int, ...]
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    known_ranks: tuple[int, ...]
    known_safety: tuple[SafetyLabel, ...]
    why: str
    made_at: datetime


def days(db: DuckDBPyConnection, annotator_id: str, since: datetime, ahead: int) -> list[Day]:
    """Labels by day and track since then."""
    return rows(db.execute(DAYS, {"annotator_id": annotator_id, "since": since, "ahead": ahead}), Day)


def kinds(db: DuckDBPyConnection, annotator_id: str) -> list[KindOfWork]:
    """Labels and time by track and form."""
    return rows(db.execute(KINDS, {"annotator_id": annotator_id}), KindOfWork)


def others(db: DuckDBPyConnection, annotator_id: str) -> list[Beside]:
    """What they judged and others too, one row a comparison."""
    return rows(db.execute(OTHERS, {"annotator_id": annotator_id}), Beside)


def golds(db: DuckDBPyConnection, annotator_id: str, before: datetime) -> list[GoldAnswered]:
    """Known answers that they met in their work before then, the latest first."""
    return rows(db.execute(GOLDS, {"annotator_id": annotator_id, "before": before}), GoldAnswered)


def repeats(db: DuckDBPyConnection, annotator_id: str, before: datetime) -> list[Beside]:
    """What they judged again with the sides swapped before then, beside what they had said."""
    return rows(db.execute(REPEATS, {"annotator_id": annotator_id, "before": before}), Beside)


def still_asked(
    db: DuckDBPyConnection, annotator_id: str, comparison_ids: list[str], since: datetime
) -> set[str]:
    """The gold comparisons that may still be asked of a colleague who judged something since then."""
    asked = {"annotator_id": annotator_id, "comparison_ids": comparison_ids, "since": since}
    return {comparison_id for (comparison_id,) in db.execute(STILL_ASKED, asked).fetchall()}
