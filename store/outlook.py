"""What the next round would learn from, counted as it stands now: labels that teach and how good they are.

Labels on held-out prompts are in the snapshot and measure the reward models; they train none.
Reads the table `judged` that `store.preferences.judge` makes. Agreement and the side that wins are of labels
that stand; what only measures is not among them, and known answers are met by what was said first.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.records import SafetyLabel, Track
from store.rows import number, rows

TAUGHT = """
with answered as (
  select distinct comparison_id
  from   (select comparison_id, unnest(response_ids) as response_id from comparisons)
  join   responses using (response_id)
  where  policy_id = $policy_id
)
select track, count(*) as labels, count(*) filter (comparison_id in (from answered)) as of_policy
from   judged
where  reason is null and split = 'train'
group  by track
order  by track
"""

MEASURING = """
select count(*) from judged
where  reason is null and split <> 'train'
"""

# Of pairs with a winner: the response that was shown first is the one at shown_order's first place.
SIDES = """
select track, count(*) as pairs, count(*) filter (ranks[shown_order[1] + 1] = list_min(ranks)) as first_won
from   judged
where  reason is null and len(ranks) = 2 and len(shown_order) = 2
group  by track
order  by track
"""

JUDGED_TWICE = """
select track, list(ranks order by label_id) as orders
from   judged
where  review_id is null
  and  coalesce(reason, '') not in ('gold', 'swapped', 'evaluation', 'retracted', 'sent back', 'overruled')
group  by track, comparison_id
having count(*) > 1
order  by track, comparison_id
"""

ON_GOLD = """
select track, labels.ranks, labels.safety, golds.ranks as known_ranks, golds.safety as known_safety
from   labels
join   golds using (comparison_id)
join   comparisons using (comparison_id)
join   prompts using (prompt_id)
anti   join gold_ends using (comparison_id)
anti   join retractions on retractions.label_id = labels.label_id
order  by track, labels.label_id
"""

WORDS = """
select (select count(*) from labels) as labels, (select count(*) from edits) as edits,
       (select count(*) from retractions) as retractions, (select count(*) from reviews) as reviews
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Labels of a track that teach, and those of them on answers of the policy in use."""

    track: Track
    labels: int
    of_policy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Pairs of a track with a winner, and how often that was the response shown first."""

    track: Track
    pairs: int
    first_won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedTwice:
    """A comparison that several people judged, each order by ranks."""

    track: Track
    orders: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnGold:
    """A label on a known answer beside it."""

    track: Track
    ranks: tuple[int, ...]
    safety: tuple[SafetyLabel, ...]
    known_ranks: tuple[int, ...]
    known_safety: tuple[SafetyLabel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How much was said of labels so far. Nothing of it is ever taken away, so the same counts are the same
    labels, each as it stood."""

    labels: int = 0
    edits: int = 0
    retractions: int = 0
    reviews: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.labels + self.edits + self.retractions + self.reviews

    def follows(self, earlier: Spoken) -> bool:
        """Whether it may have come of the earlier one: there is less of nothing."""
        return (
            self.labels >= earlier.labels
            and self.edits >= earlier.edits
            and self.retractions >= earlier.retractions
            and self.reviews >= earlier.reviews
        )


def taught(db: DuckDBPyConnection, policy_id: str) -> list[Taught]:
    """By track, where there is any."""
    return rows(db.execute(TAUGHT, {"policy_id": policy_id}), Taught)


def measuring(db: DuckDBPyConnection) -> int:
    """Labels on held-out prompts that would teach on others: they only measure the reward models."""
    return number(db.execute(MEASURING))


def sides(db: DuckDBPyConnection) -> list[Sides]:
    """By track, where there is any."""
    return rows(db.execute(SIDES), Sides)


def judged_twice(db: DuckDBPyConnection) -> list[JudgedTwice]:
    """Every comparison with two labels or more that stand."""
    return rows(db.execute(JUDGED_TWICE), JudgedTwice)


def on_gold(db: DuckDBPyConnection) -> list[OnGold]:
    """Every label that stands on a known answer that holds."""
    return rows(db.execute(ON_GOLD), OnGold)


def spoken(db: DuckDBPyConnection) -> Spoken:
    """What was said of labels so far."""
    (found,) = rows(db.execute(WORDS), Spoken)
    return found
