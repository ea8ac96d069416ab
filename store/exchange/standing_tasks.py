"""A home's comparisons as labelling tools keep them: what is asked, judged or not, and what stands of what
was said, skipped and is known of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from duckdb import DuckDBPyConnection

from store.exchange.judgements import Answer
from store.exchange.standing import END, Selection
from store.records import Degree, Purpose, SafetyLabel, Split, Track, Turn
from store.rows import rows

ASKED = """
with wanted as (
  select rowid as seq, * from comparisons
  where  rowid >= $first and rowid < $first + $most
    and  (not $trains or purpose in ('train', 'overlap'))
),
places as (
  select comparison_id, unnest(response_ids) as response_id, generate_subscripts(response_ids, 1) as place
  from   wanted
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
select comparison_id, turns, answers, track, split, language, category, attack_vector, author, purpose,
       wanted.meta as meta
from   wanted
join   answered using (comparison_id)
join   prompts using (prompt_id)
where  ($track is null or track = $track)
  and  ($split is null or split = $split)
  and  ($language is null or language = $language)
order  by seq
"""

SAID = """
select said.label_id, said.comparison_id, said.annotator_id,
       coalesce(annotators.name, said.annotator_id) as annotator,
       ranks, degree, both_bad, safety, reasons, comment, seconds, said.made_at, labels.meta as meta
from   current_labels as said
join   (select label_id, meta from labels
        where  comparison_id in (select unnest($comparison_ids::varchar[]))) as labels using (label_id)
left   join annotators on annotators.annotator_id = said.annotator_id
where  comparison_id in (select unnest($comparison_ids::varchar[]))
  and  not retracted and coalesce(verdict, 'confirm') = 'confirm' and not (surplus and $trains)
order  by comparison_id, label_id
"""

KNOWN = """
select comparison_id, ranks, coalesce(name, golds.annotator_id) as annotator, why, golds.made_at
from   golds
anti   join gold_ends using (comparison_id)
left   join annotators on annotators.annotator_id = golds.annotator_id
where  comparison_id in (select unnest($comparison_ids::varchar[]))
"""

PASSED = """
select lease_id, comparison_id, coalesce(name, skips.annotator_id) as annotator, reason, flagged,
       skips.made_at
from   skips
left   join annotators on annotators.annotator_id = skips.annotator_id
where  comparison_id in (select unnest($comparison_ids::varchar[]))
order  by comparison_id, lease_id
"""

MOST: Final = 5_000
"""Comparisons in a page."""


class OfComparison(Protocol):
    """Something said of a comparison."""

    @property
    def comparison_id(self) -> str:
        """Which."""
        ...


T = TypeVar("T", bound=OfComparison)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a comparison asks; `meta` is what its source says besides."""

    comparison_id: str
    turns: tuple[Turn, ...]
    answers: tuple[Answer, ...]
    track: Track
    split: Split
    language: str
    category: str | None
    attack_vector: str | None
    author: str | None
    purpose: Purpose
    meta: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOf:
    """A label that stands, as it was said last; `annotator` is a name."""

    label_id: str
    comparison_id: str
    annotator_id: str
    annotator: str
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool
    safety: tuple[SafetyLabel, ...]
    reasons: tuple[str, ...]
    comment: str
    seconds: float
    made_at: datetime
    meta: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOf:
    """The known answer of a comparison."""

    comparison_id: str
    ranks: tuple[int, ...]
    annotator: str
    why: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOf:
    """A skip."""

    lease_id: str
    comparison_id: str
    annotator: str
    reason: str
    flagged: bool
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A comparison with what stands of what was said of it; all ranks go by the order of its answers."""

    asked: Asked
    said: tuple[SaidOf, ...]
    passed: tuple[PassedOf, ...]
    known: KnownOf | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """Some comparisons; `following` is where the next page begins, None after the last; `done` a share."""

    tasks: tuple[Standing, ...]
    following: int | None
    done: float


def task_page(db: DuckDBPyConnection, selection: Selection, first: int) -> TaskPage:
    """The comparisons from row `first` on, in the order in which they came."""
    wanted = {"track": selection.track, "split": selection.split, "language": selection.language}
    trains = {"trains": selection.trains}
    (end,) = db.execute(END).fetchone() or (0,)
    asked = rows(db.execute(ASKED, {**wanted, **trains, "first": first, "most": MOST}), Asked)
    ids = {"comparison_ids": [one.comparison_id for one in asked]}
    said = _by_comparison(rows(db.execute(SAID, {**ids, **trains}), SaidOf))
    passed = _by_comparison(rows(db.execute(PASSED, ids), PassedOf))
    known = _by_comparison(rows(db.execute(KNOWN, ids), KnownOf))
    after = first + MOST
    return TaskPage(
        tasks=tuple(
            Standing(
                asked=one,
                said=tuple(said[one.comparison_id]),
                passed=tuple(passed[one.comparison_id]),
                known=next(iter(known[one.comparison_id]), None),
            )
            for one in asked
        ),
        following=after if after < end else None,
        done=min(1.0, after / max(end, 1)),
    )


def _by_comparison(found: Iterable[T]) -> defaultdict[str, list[T]]:
    sorted_out: defaultdict[str, list[T]] = defaultdict(list)
    for one in found:
        sorted_out[one.comparison_id].append(one)
    return sorted_out
