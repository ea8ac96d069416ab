"""A home's judgements as they stand, streamed back into what every preference format is written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.exchange.judgements import Judgement, best_first
from store.records import Split, Track
from store.rows import rows

KEYS = """
select label_id
from   current_labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
where  not retracted and coalesce(verdict, 'confirm') = 'confirm'
  and  ($track is null or track = $track)
  and  ($split is null or split = $split)
  and  ($language is null or language = $language)
  and  (not $trains or (not surplus and purpose in ('train', 'overlap')))
order  by comparison_id, label_id
"""

OF_LABELS = """
with said as (
  select * from current_labels
  where  label_id in (select unnest($label_ids::varchar[]))
),
noted as (
  select label_id, meta as label_meta from labels
  where  label_id in (select unnest($label_ids::varchar[]))
),
asked as (
  select * from comparisons
  where  comparison_id in (select comparison_id from said)
),
places as (
  select comparison_id, unnest(response_ids) as response_id, generate_subscripts(response_ids, 1) as place
  from   asked
),
answered as (
  select comparison_id,
         list({
           'text': text,
           'policy': if(policy_id.starts_with('imported:'), policy_id[10:], policy_id),
           'temperature': temperature, 'top_p': top_p, 'seed': seed, 'finish_reason': finish_reason,
           'token_count': token_count, 'logprob': logprob, 'meta': meta
         } order by place) as answers
  from   places
  join   responses using (response_id)
  group  by comparison_id
)
select turns, answers, ranks, track, split, prompts.language, category, attack_vector, author, degree,
       both_bad, safety, reasons, comment, seconds, shown_order, guideline_version, surplus, purpose,
       said.made_at, prompts.meta as prompt_meta, asked.meta as comparison_meta, label_meta,
       if(starts_with(coalesce(annotators.name, said.annotator_id), 'imported:'),
          coalesce(annotators.name, said.annotator_id)[10:],
          coalesce(annotators.name, said.annotator_id)) as annotator
from   said
join   asked using (comparison_id)
join   answered using (comparison_id)
join   prompts using (prompt_id)
join   noted on noted.label_id = said.label_id
left   join annotators on annotators.annotator_id = said.annotator_id
order  by said.comparison_id, said.label_id
"""

CHUNK = 20_000
"""Judgements in memory at a time: each chunk reads the tables through, so a small one is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which judgements; None takes all. `trains` leaves out surplus ones and purposes that only measure."""

    track: Track | None = None
    split: Split | None = None
    language: str | None = None
    trains: bool = False


EVERYTHING = Selection()


def exported(db: DuckDBPyConnection, selection: Selection = EVERYTHING) -> Iterator[Judgement]:
    """The judgements that stand, by comparison and label, the best answer first in each.

    Left out are those that were withdrawn, and those that a reviewer overturned or excluded. Ties, both-bad
    and rankings are in; edited ones are as they were said last. In chunks, never all in memory.
    """
    wanted = {
        "track": selection.track,
        "split": selection.split,
        "language": selection.language,
        "trains": selection.trains,
    }
    with db.cursor() as keys:
        keys.execute(KEYS, wanted)
        while found := keys.fetchmany(CHUNK):
            ids = [label_id for (label_id,) in found]
            yield from map(best_first, rows(db.execute(OF_LABELS, {"label_ids": ids}), Judgement))
