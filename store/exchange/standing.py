"""A home's judgements as they stand, streamed back into what every preference format is written from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from duckdb import DuckDBPyConnection

from store.exchange.facts import facts
from store.exchange.judgements import Judgement, best_first
from store.records import Label, Prompt, Split, Track
from store.rows import number, rows

END = """
select coalesce(max(rowid) + 1, 0) from comparisons
"""

# By row number, which follows the order in which things came: what lies together in the tables is read
# together, and the order is total and that of the file for what came from one.
PAGE = """
with asked as (
  select rowid as seq, * from comparisons
  where  rowid >= $first and rowid < $first + $most
    and  (not $trains or purpose in ('train', 'overlap'))
),
said as (
  select * from current_labels
  where  comparison_id in (select comparison_id from asked)
    and  not retracted and coalesce(verdict, 'confirm') = 'confirm' and not (surplus and $trains)
),
noted as (
  select rowid as label_seq, label_id, meta as label_meta from labels
  where  comparison_id in (select comparison_id from asked)
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
       said.made_at, said.label_id, said.comparison_id, prompts.meta as prompt_meta,
       asked.meta as comparison_meta, label_meta,
       if(starts_with(coalesce(annotators.name, said.annotator_id), 'imported:'),
          coalesce(annotators.name, said.annotator_id)[10:],
          coalesce(annotators.name, said.annotator_id)) as annotator
from   said
join   asked using (comparison_id)
join   answered using (comparison_id)
join   prompts using (prompt_id)
join   noted on noted.label_id = said.label_id
left   join annotators on annotators.annotator_id = said.annotator_id
where  ($track is null or track = $track)
  and  ($split is null or split = $split)
  and  ($language is null or prompts.language = $language)
order  by seq, label_seq
"""

MOST = 10_000
"""Comparisons in a page: a small one costs as much as a large one, which has to be in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which judgements; None takes all. `trains` leaves out surplus ones and purposes that only measure."""

    track: Track | None = None
    split: Split | None = None
    language: str | None = None
    trains: bool = False

    def takes(self, prompt: Prompt) -> bool:
        """Whether things of this prompt are in it."""
        return (
            self.track in {None, prompt.track}
            and self.split in {None, prompt.split}
            and self.language in {None, prompt.language}
        )


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some judgements; `following` is where the next page begins, None after the last one.

    `done` is the share of the whole that has been read with this page.
    """

    judgements: tuple[Judgement, ...]
    following: int | None
    done: float


def page(db: DuckDBPyConnection, selection: Selection, first: int) -> Page:
    """The judgements of the comparisons from row `first` on, each with all its labels."""
    wanted = {
        "track": selection.track,
        "split": selection.split,
        "language": selection.language,
        "trains": selection.trains,
    }
    end = number(db.execute(END))
    found = rows(db.execute(PAGE, {**wanted, "first": first, "most": MOST}), Judgement)
    after = first + MOST
    return Page(
        judgements=tuple(_named(best_first(one)) for one in found),
        following=after if after < end else None,
        done=min(1.0, after / max(end, 1)),
    )


def exported(db: DuckDBPyConnection, selection: Selection = EVERYTHING) -> Iterator[Judgement]:
    """The judgements that stand, in the order in which their comparisons and labels came, best answer first.

    Left out are those that were withdrawn, and those that a reviewer overturned or excluded. Ties, both-bad
    and rankings are in; edited ones are as they were said last. In pages, never all in memory.
    """
    first: int | None = 0
    while first is not None:
        found = page(db, selection, first)
        yield from found.judgements
        first = found.following


def _named(told: Judgement) -> Judgement:
    """Without the ids where they follow from the rest, as those of what was imported do."""
    (made,) = (one for one in facts("", [told])["labels"] if isinstance(one, Label))
    return replace(told, label_id=None, comparison_id=None) if made.label_id == told.label_id else told
