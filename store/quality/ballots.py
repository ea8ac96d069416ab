"""Every label that stands as arrays: one row for every two of its responses, told apart by what they are.

Which of two responses is the `one` and which the `other` follows from their ids, never from the side of the
screen. A repeat with the sides swapped is of the same item as what it repeats.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from store.reliability.votes import Floats, Integers
from store.suspicion.evidence import Truths

# What reviewers ruled on is theirs, whatever they said: it tells no more of how people agree. Of the reward
# models that never learned from a label those trained last speak.
ALL = """
with standing as (
  select label_id, comparison_id, annotator_id, ranks, degree, shown_order, safety, both_bad, seconds,
         surplus, guideline_version, made_at, verdict is not null as ruled
  from   current_labels
  where  not retracted
),
asked as (
  select comparisons.comparison_id, coalesce(repeats, comparisons.comparison_id) as item_id, purpose,
         response_ids, prompt_id, batch_id, track, coalesce(category, '') as category,
         list_sum(list_transform(turns, lambda turn: length(turn.content))) as asked_characters,
         golds.ranks as known
  from   comparisons
  join   prompts using (prompt_id)
  left   join golds on golds.comparison_id = comparisons.comparison_id
    and  golds.comparison_id not in (select comparison_id from gold_ends)
),
places as (
  select standing.*, asked.* exclude (comparison_id), unnest(generate_series(1, len(ranks))) as place
  from   standing
  join   asked using (comparison_id)
),
couples as (
  select *, unnest(generate_series(place + 1, len(ranks))) as beside
  from   places
),
named as (
  select *, if(response_ids[place] < response_ids[beside], place, beside) as one,
         if(response_ids[place] < response_ids[beside], beside, place) as other
  from   couples
),
newest as (
  select label_id, chosen_id, rejected_id, arg_max(gap, made_at) as gap
  from   label_scores
  join   reward_models using (reward_model_id)
  group  by all
)
select named.label_id, annotator_id,
       item_id || ' ' || response_ids[one] || ' ' || response_ids[other] as item,
       comparison_id, named.prompt_id, batch_id, track, category,
       guideline_version::varchar as guideline, purpose,
       sign(ranks[other] - ranks[one])::tinyint as says,
       if(len(ranks) = 2, degree, null)::double as degree,
       coalesce(sign(list_position(shown_order, other - 1) - list_position(shown_order, one - 1)),
                0)::tinyint as shown,
       sign(length(first.text) - length(second.text))::tinyint as longer,
       seconds, asked_characters + length(first.text) + length(second.text) as characters,
       sign(known[other] - known[one])::double as known,
       if(ranks[one] < ranks[other], newest.gap, -newest.gap) as gap,
       coalesce(not safety[if(ranks[one] < ranks[other], one, other)].safe
                and safety[if(ranks[one] < ranks[other], other, one)].safe
                and ranks[one] <> ranks[other], false) as prefers_unsafe,
       both_bad, surplus, ruled
from   named
join   responses as first on first.response_id = response_ids[one]
join   responses as second on second.response_id = response_ids[other]
left   join newest on newest.label_id = named.label_id
  and  newest.chosen_id = response_ids[if(ranks[one] < ranks[other], one, other)]
  and  newest.rejected_id = response_ids[if(ranks[one] < ranks[other], other, one)]
order  by named.made_at, named.label_id, one, other
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coded:
    """Names as numbers: row i is of the name `names[codes[i]]` [P]; a name may have no row."""

    codes: Integers
    names: tuple[str, ...]

    def of(self, *names: str) -> Truths:
        """Whether each row is of one of these names [P]."""
        wanted = set(names)
        return np.fromiter((name in wanted for name in self.names), dtype=bool)[self.codes]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ballots:
    """P rows, in the order in which their labels were given, those of one label together.

    `says` is 1 where the one is better, -1 where the other is and 0 for a tie; `shown` is 1 where the one was
    shown first, -1 where the other was and 0 where nobody knows; `longer` is 1 where the one is the longer
    text, -1 where the other is [P]. `degree` goes from 0 to 3, NaN in rankings; `seconds` is what the whole
    label took, over so many `characters` of prompt and responses; `known` is what should be said, NaN where
    nobody knows; `gap` by how much reward models that never learned from the label score the one above the
    other, raw, NaN where there are none [P].

    `categories` are those of prompts; an empty name is none. A reviewer has `ruled` on a label, whatever it
    says now [P].
    """

    labels: Coded
    annotators: Coded
    items: Coded
    comparisons: Coded
    prompts: Coded
    batches: Coded
    tracks: Coded
    categories: Coded
    guidelines: Coded
    purposes: Coded
    says: Integers
    shown: Integers
    longer: Integers
    degree: Floats
    seconds: Floats
    characters: Floats
    known: Floats
    gap: Floats
    prefers_unsafe: Truths
    both_bad: Truths
    surplus: Truths
    ruled: Truths

    def __len__(self) -> int:
        """P."""
        return len(self.says)

    @property
    def is_pair(self) -> Truths:
        """Whether each row is all that there is of its label [P]."""
        return ~np.isnan(self.degree)

    def labels_with(self, rows: Truths) -> Truths:
        """Whether it is so of any row of each label [L]."""
        return np.bincount(self.labels.codes, rows, minlength=len(self.labels.names)) > 0

    def where(self, kept: Truths) -> Self:
        """Only these rows; numbers keep their names."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen: dict[str, Any] = {
            name: replace(part, codes=part.codes[kept]) if isinstance(part, Coded) else part[kept]
            for name, part in parts.items()
        }
        return replace(self, **chosen)


NAMES: Final = {
    "labels": "label_id",
    "annotators": "annotator_id",
    "items": "item",
    "comparisons": "comparison_id",
    "prompts": "prompt_id",
    "batches": "batch_id",
    "tracks": "track",
    "categories": "category",
    "guidelines": "guideline",
    "purposes": "purpose",
}
"""The column that names each of a row's codes."""
NUMBERS: Final = ("degree", "seconds", "characters", "known", "gap")
TRUTHS: Final = ("prefers_unsafe", "both_bad", "surplus", "ruled")


def read(db: DuckDBPyConnection) -> Ballots:
    """All of them."""
    table = db.execute(ALL).to_arrow_table()
    codes = {name: _coded(table.column(column)) for name, column in NAMES.items()}
    signs = {name: table.column(name).to_numpy().astype(np.int64) for name in ("says", "shown", "longer")}
    truths = {name: table.column(name).to_numpy() for name in TRUTHS}
    numbers = {name: _floats(table.column(name)) for name in NUMBERS}
    parts: dict[str, Any] = {**codes, **signs, **truths, **numbers}
    return Ballots(**parts)


def _coded(column: pa.ChunkedArray) -> Coded:
    array = column.combine_chunks().dictionary_encode()
    return Coded(
        codes=array.indices.to_numpy().astype(np.int64),
        names=tuple(array.dictionary.to_pylist()),
    )


def _floats(column: pa.ChunkedArray) -> Floats:
    """Null is NaN."""
    return column.cast(pa.float64()).to_numpy()
