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

# Days and kinds in one pass. Days are as the annotator counts them: the minutes by which their clocks are
# ahead of UTC. Time is what was spent, on labels that were taken back as well.
DONE = """
with changed as (
  select label_id, sum(seconds) as seconds
  from   edits
  group  by label_id
),
done as (
  select track, labels.seconds, labels.seconds + coalesce(changed.seconds, 0) as spent,
         case when comparison_id in (select comparison_id from chat_turns) then 'chat'
              when len(ranks) = 2 then 'pair' else 'ranking' end as form,
         retractions.label_id is null as stands,
         if(stands and labels.made_at >= $since,
            (labels.made_at + to_minutes($ahead::integer))::date, null) as day
  from   labels
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  left   join retractions using (label_id)
  left   join changed using (label_id)
  where  labels.annotator_id = $annotator_id
)
select day, track, form, count(*) filter (where stands) as labels, sum(spent) as seconds,
       coalesce(median(seconds) filter (where stands), 0) as median_seconds
from   done
group  by grouping sets ((day, track), (track, form))
having day is not null or form is not null
order  by day, track, form
"""

OTHERS = """
select mine.ranks, list(theirs.ranks order by theirs.label_id) as others
from   labels as mine
join   labels as theirs using (comparison_id)
where  mine.annotator_id = $annotator_id and theirs.annotator_id <> $annotator_id
  and  comparison_id not in (select comparison_id from comparisons where purpose in ('gold', 'swapped'))
  and  theirs.label_id not in (select label_id from retractions)
  and  comparison_id not in (
         select comparison_id from labels
         join   retractions using (label_id)
         where  labels.annotator_id = $annotator_id)
group  by comparison_id, mine.ranks
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
select swapped.ranks, list(first.ranks) as others
from   labels as swapped
join   comparisons on comparisons.comparison_id = swapped.comparison_id
join   labels as first on first.comparison_id = comparisons.repeats
where  purpose = 'swapped' and swapped.made_at < $before
  and  swapped.annotator_id = $annotator_id and first.annotator_id = $annotator_id
  and  swapped.label_id not in (select label_id from retractions)
  and  first.label_id not in (select label_id from retractions)
group  by swapped.label_id, swapped.ranks
"""

COLLEAGUES = """
select annotator_id from current_annotators
where  kind = 'person' and not suspended and annotator_id <> $annotator_id
  and  annotator_id in (select annotator_id from labels where made_at >= $since)
order  by annotator_id
"""

# A colleague who may judge the track and its language, and has not seen the gold answer nor what it is of.
STILL_ASKED = """
with near as (
  select comparison_id as gold_id, unnest([comparison_id, repeats]) as comparison_id
  from   comparisons
  where  comparison_id in (select unnest($comparison_ids::varchar[]))
),
shown as (
  select comparison_id, annotator_id from labels
  union  all select comparison_id, annotator_id from skips
  union  all select comparison_id, annotator_id from sightings
  union  all select unnest(comparison_ids), annotator_id from qualification_tests
),
seen as (
  select gold_id, annotator_id
  from   shown
  join   near using (comparison_id)
),
colleagues as (
  select annotator_id, track, languages
  from   (select unnest($annotator_ids::varchar[]) as annotator_id, unnest($tracks::varchar[]) as track)
  join   current_annotators using (annotator_id)
)
select distinct comparison_id
from   comparisons
join   prompts using (prompt_id)
join   colleagues using (track)
anti   join seen on seen.gold_id = comparison_id and seen.annotator_id = colleagues.annotator_id
where  comparison_id in (select unnest($comparison_ids::varchar[]))
  and  len(list_filter(languages, lambda one: split_part(replace(lower(one), '_', '-'), '-', 1)
                                            = split_part(replace(lower(language), '_', '-'), '-', 1))) > 0
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


def done(
    db: DuckDBPyConnection, annotator_id: str, since: datetime, ahead: int
) -> tuple[list[Day], list[KindOfWork]]:
    """Labels by day and track since then; labels and time at all by track and form."""
    asked = {"annotator_id": annotator_id, "since": since, "ahead": ahead}
    found = db.execute(DONE, asked).fetchall()
    days = [Day(day=day, track=Track(track), labels=count) for day, track, _, count, *_ in found if day]
    kinds = [
        KindOfWork(track=Track(track), form=form, labels=count, seconds=seconds, median_seconds=median)
        for _, track, form, count, seconds, median in found
        if form
    ]
    return days, kinds


def others(db: DuckDBPyConnection, annotator_id: str) -> list[Beside]:
    """What they judged and others too, one row a comparison."""
    return rows(db.execute(OTHERS, {"annotator_id": annotator_id}), Beside)


def golds(db: DuckDBPyConnection, annotator_id: str, before: datetime) -> list[GoldAnswered]:
    """Known answers that they met in their work before then, the latest first."""
    return rows(db.execute(GOLDS, {"annotator_id": annotator_id, "before": before}), GoldAnswered)


def repeats(db: DuckDBPyConnection, annotator_id: str, before: datetime) -> list[Beside]:
    """What they judged again with the sides swapped before then, beside what they had said."""
    return rows(db.execute(REPEATS, {"annotator_id": annotator_id, "before": before}), Beside)


def colleagues(db: DuckDBPyConnection, annotator_id: str, since: datetime) -> list[str]:
    """The ids of others who judged something since then."""
    asked = {"annotator_id": annotator_id, "since": since}
    return [one for (one,) in db.execute(COLLEAGUES, asked).fetchall()]


def still_asked(
    db: DuckDBPyConnection, comparison_ids: list[str], judges: list[tuple[str, Track]]
) -> set[str]:
    """The gold comparisons that may still be asked of one of these, who may judge that track."""
    asked = {
        "comparison_ids": comparison_ids,
        "annotator_ids": [annotator_id for annotator_id, _ in judges],
        "tracks": [track for _, track in judges],
    }
    return {comparison_id for (comparison_id,) in db.execute(STILL_ASKED, asked).fetchall()}
