"""Which judgements teach a reward model, as chosen and rejected responses, one row a pair.

Each label that is asked for is looked at as it stands now, or, where a reviewer overturned it and judged the
comparison in its place, as the reviewer has it, and either teaches or is left out for one reason, the first
of `REASONS` that applies. A ranking gives every pair of different ranks but those whose chosen response is
unsafe while the rejected one is safe (Llama 2, §3.2.1). Held-out prompts stay in, marked: they measure and
never train, and neither does a training prompt of the very same words. The order is total and no row says
when it was made, so the same data is the same file, however many threads write it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from store.narrowing import Parameters
from store.rows import number

TWIN: Final = "twin of a held-out prompt"
REASONS: Final = (
    "gold",
    "swapped",
    "evaluation",
    TWIN,
    "retracted",
    "surplus",
    "both bad",
    "tie",
    "chosen unsafe, another safe",
    "sent back",
    "overruled",
    "unreviewed",
)
"""Why a label does not teach; the first that applies is the one that counts."""
PORTION: Final = 300 * 1024**2
"""Bytes of text that are joined and sorted at once, which takes up to three times as much memory."""

JUDGE = """
create or replace temp table judged as
with twins as (
  select prompt_id from prompts
  where  split = 'train' and turns in (select turns from prompts where split = 'heldout')
),
answered as (
  select comparison_id
  from   (select comparison_id, unnest(response_ids) as response_id from comparisons)
  join   responses using (response_id)
  where  list_contains($policies::varchar[], policy_id)
)
select label_id, comparison_id, annotator_id, review_id, said.made_at, ranks, degree, safety, shown_order,
       edits, track, split,
       case
         when purpose in ('gold', 'swapped', 'evaluation') then purpose
         when prompt_id in (from twins) then 'twin of a held-out prompt'
         when retracted then 'retracted'
         when surplus then 'surplus'
         when both_bad then 'both bad'
         when list_min(ranks) = list_max(ranks) then 'tie'
         -- with safety labels a pair teaches when a safe response is above any, or an unsafe one above an
         -- unsafe one.
         when len(safety) > 0
          and not coalesce(list_min(list_filter(ranks, lambda rank, place: safety[place].safe))
                           < list_max(ranks), false)
          and not coalesce(list_min(list_filter(ranks, lambda rank, place: not safety[place].safe))
                           < list_max(list_filter(ranks, lambda rank, place: not safety[place].safe)), false)
         then 'chosen unsafe, another safe'
         when verdict = 'send back' then 'sent back'
         when coalesce(verdict, 'confirm') <> 'confirm' then 'overruled'
         when list_contains($required::varchar[], track)
          and (verdict is null or said_since)
         then 'unreviewed'
       end as reason
from   standing_judgements as said
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   batches using (batch_id)
where  (len($tracks::varchar[]) = 0 or list_contains($tracks::varchar[], track))
  and  (len($batches::varchar[]) = 0 or list_contains($batches::varchar[], batch_id))
  and  (len($rounds::integer[]) = 0 or list_contains($rounds::integer[], batches.round))
  and  (len($languages::varchar[]) = 0 or list_contains($languages::varchar[], language))
  and  (len($policies::varchar[]) = 0 or comparison_id in (from answered))
  and  degree >= $least_degree
  and  not list_contains($without::varchar[], annotator_id)
"""

# Ids alone are put in order, and the texts fetched after: half the time of sorting whole conversations.
PAIR = """
create or replace temp table pairs as
with places as (
  select judged.*, response_ids, unnest(generate_series(1, len(ranks))) as place
  from   judged
  join   comparisons using (comparison_id)
  where  reason is null
),
couples as (
  select *, unnest(generate_series(place + 1, len(ranks))) as other
  from   places
),
decided as (
  select *,
         if(ranks[place] < ranks[other], place, other) as better,
         if(ranks[place] < ranks[other], other, place) as worse
  from   couples
  where  ranks[place] <> ranks[other]
)
select row_number() over (
         order by comparison_id, coalesce(name, annotator_id), label_id, place, other) as number,
       comparison_id, label_id, annotator_id, review_id, degree, edits,
       response_ids[better] as chosen_id, response_ids[worse] as rejected_id,
       -- unknown of labels that came from elsewhere.
       if(len(shown_order) > 0,
          list_position(shown_order, better - 1) < list_position(shown_order, worse - 1),
          null) as chosen_first,
       safety[better].safe as chosen_safe, safety[worse].safe as rejected_safe
from   decided
left   join annotators using (annotator_id)
where  not coalesce(not safety[better].safe and safety[worse].safe, false)
"""

WIDTH = """
select (select coalesce(2 * avg(strlen(text)), 0) from responses)
     + (select coalesce(avg(strlen(turns::varchar)), 0) from prompts)
"""

COUNT = """
select count(*) from pairs
"""

TEXTS = """
  select comparison_id, batch_id, batches.round, track, split, category, comparisons.prompt_id,
         turns as prompt,
         [{'role': 'assistant', 'content': chosen.text}] as chosen,
         [{'role': 'assistant', 'content': rejected.text}] as rejected,
         chosen_id, rejected_id, chosen_first,
         chosen.policy_id as chosen_policy_id, rejected.policy_id as rejected_policy_id,
         degree, chosen_safe, rejected_safe, annotator_id, label_id, edits as version,
         review_id
  from   pairs
  join   comparisons using (comparison_id)
  join   prompts using (prompt_id)
  join   batches using (batch_id)
  join   responses as chosen on chosen.response_id = chosen_id
  join   responses as rejected on rejected.response_id = rejected_id
  where  number between $first and $last
  order  by number
"""

GATHER = "create or replace temp table gathered as" + TEXTS
GATHER_MORE = "insert into gathered" + TEXTS

# The texts are compressed lightly: the next level takes twice as long and saves one part in a hundred.
TO_FILE = """to $path (format parquet, compression zstd, compression_level 1)
"""
WRITE = "copy (" + TEXTS + ") " + TO_FILE
WRITE_GATHERED = "copy gathered " + TO_FILE

SIDE_BY_SIDE = """
set threads = 2
"""

ALONE = """
set threads = 1
"""

LEFT_OUT = """
select reason, count(*) as labels
from   judged
where  reason is not null
group  by reason
"""


def write(db: DuckDBPyConnection, parameters: Parameters, file: Path) -> None:
    """Writes the pairs that the parameters ask for; `left_out` and `store.composition` then tell of them."""
    db.execute(SIDE_BY_SIDE)
    try:
        judge(db, parameters)
        db.execute(PAIR)
        _write(db, str(file))
    finally:
        with db.cursor() as other:  # a transaction that has failed takes no further statement
            other.execute(ALONE)


def judge(db: DuckDBPyConnection, parameters: Parameters) -> None:
    """Says of every label that is asked for whether it teaches, into the temporary table `judged`."""
    db.execute(JUDGE, {name: _plain(value) for name, value in dataclasses.asdict(parameters).items()})


def _write(db: DuckDBPyConnection, path: str) -> None:
    """At once where the texts fit into memory, else they are gathered in portions; the file is the same."""
    count, width = number(db.execute(COUNT)), number(db.execute(WIDTH))
    portion = max(1, PORTION // max(1, int(width)))
    if count <= portion:
        db.execute(WRITE, {"first": 1, "last": count, "path": path})
        return
    for first in range(1, count + 1, portion):
        gather = GATHER if first == 1 else GATHER_MORE
        db.execute(gather, {"first": first, "last": first + portion - 1})
    db.execute(WRITE_GATHERED, {"path": path})


def left_out(db: DuckDBPyConnection) -> dict[str, int]:
    """How many of the labels that were asked for do not teach, by reason, in the order of REASONS."""
    found = dict(db.execute(LEFT_OUT).fetchall())
    return {reason: found[reason] for reason in REASONS if reason in found}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
