"""Answers of a policy beside those of another one to the same held-out prompts, to be read by people."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store.records import Track, Turn
from store.rows import rows

# Of several answers to a prompt the newest of each; the tracks take turns.
BESIDE = """
with paired as (
  select prompts.prompt_id, turns, track, category,
         one.response_id, one.text, other.response_id as other_response_id, other.text as other_text
  from   responses as one
  join   responses as other using (prompt_id)
  join   prompts using (prompt_id)
  where  one.policy_id = $policy_id and other.policy_id = $other_id and split = 'heldout'
  qualify row_number() over (
    partition by prompt_id
    order by one.made_at desc, other.made_at desc, one.response_id, other.response_id) = 1
)
select * from paired
order  by row_number() over (partition by track order by prompt_id), track, prompt_id
limit  $most
"""

SHOWING = """
select comparison_id, response_id
from   (select comparison_id, unnest(response_ids) as response_id from comparisons)
where  response_id in (select unnest($response_ids::varchar[]))
order  by all
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A held-out prompt, and what a policy and another one answered."""

    prompt_id: str
    turns: tuple[Turn, ...]
    track: Track
    category: str | None
    response_id: str
    text: str
    other_response_id: str
    other_text: str


def beside(db: DuckDBPyConnection, policy_id: str, other_id: str, most: int) -> list[Sample]:
    """At most so many; none where the two share no held-out prompt."""
    return rows(db.execute(BESIDE, {"policy_id": policy_id, "other_id": other_id, "most": most}), Sample)


def showing(db: DuckDBPyConnection, found: list[Sample]) -> list[set[str]]:
    """Of each, the comparisons that ask about one of its answers or both."""
    pairs = [(one.response_id, one.other_response_id) for one in found]
    asking: defaultdict[str, set[str]] = defaultdict(set)
    ids = [name for pair in pairs for name in pair]
    for comparison_id, response_id in db.execute(SHOWING, {"response_ids": ids}).fetchall():
        asking[response_id].add(comparison_id)
    return [asking[one] | asking[other] for one, other in pairs]
