"""What the store says of homes whose truth is known: whom it names, and what it shows a reviewer first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rlhf.bench.policies_world import World
from rlhf.bench.quality_crew import Planted
from rlhf.bench.quality_homes import after_a_round, crewed
from rlhf.pocket.oracle import judge, score
from store.database import Store, open_store
from store.intervals import Interval, wilson
from store.messages import Actor
from store.records import Role, Turn
from store.rows import rows
from store.suspicion.suspects import Fault
from store.verbs import list_reviews_due, look_at_quality
from store.verbs.quality import LookAtQuality
from store.verbs.reviews_due import ListReviewsDue

FIRST: Final = 100
"""So much of the queue is looked at."""
REVIEWER: Final = Actor(annotator_id="reviewer", name="reviewer", role=Role.REVIEWER)
PAIRS: Final = """
select label_id, turns, first.text as one, second.text as other, ranks,
       list_transform(safety, lambda one: one.safe) as marks
from   current_labels
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
join   responses as first on first.response_id = response_ids[1]
join   responses as second on second.response_id = response_ids[2]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One of a seed's crew: what is wrong with them, and by which fault they were named first, after how many
    labels; neither where they were not."""

    seed: int
    name: str
    fault: Planted
    shown: Fault | None
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The share of labels that are wrong by the oracle, of the first in a seed's queue and of all."""

    seed: int
    first: Interval
    all: Interval

    def words(self) -> str:
        """In a line."""
        return (
            f"seed {self.seed}: of the first {FIRST} of the queue of reviews {self.first.value:.0%} are "
            f"wrong ({self.first.low:.0%} to {self.first.high:.0%}), of all labels {self.all.value:.1%}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    label_id: str
    turns: tuple[Turn, ...]
    one: str
    other: str
    ranks: tuple[int, ...]
    marks: tuple[bool, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether the oracle prefers the other response, or finds safe what is marked unsafe, or unsafe what
        is not."""
        one, other = judge(self.turns, self.one), judge(self.turns, self.other)
        better = score(one) - score(other)
        return better * (self.ranks[1] - self.ranks[0]) < 0 or self.marks not in ((), (one.safe, other.safe))


def named(world: World) -> tuple[Named, ...]:
    """Everybody of the world's crew."""
    found = crewed(world)
    with open_store(found.home) as store:
        quality = look_at_quality(store, REVIEWER, LookAtQuality())
    first = {one.name: one for one in reversed(quality.suspects)}
    return tuple(
        Named(
            seed=world.seed,
            name=one.name,
            fault=one.fault,
            shown=first[one.name].fault if one.name in first else None,
            after=first[one.name].after if one.name in first else None,
        )
        for one in found.crew
    )


def queue(world: World) -> Queue:
    """Of the demo's annotators, after a round."""
    with open_store(after_a_round(world)) as store:
        wrong = _wrong(store)
        due = list_reviews_due(store, REVIEWER, ListReviewsDue(most=FIRST)).due
    return Queue(
        seed=world.seed,
        first=wilson(sum(wrong[one.said.name] for one in due), len(due)),
        all=wilson(sum(wrong.values()), len(wrong)),
    )


def _wrong(store: Store) -> Mapping[str, bool]:
    """Of each label."""
    with store.reading() as db:
        labels = rows(db.execute(PAIRS), _Pair)
    return {one.label_id: one.is_wrong for one in labels}
