"""Things of a home by their ids, with the digests of their words: a file's id alone proves nothing.

Knows no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from duckdb import DuckDBPyConnection

LABELS = """
select label_id, comparison_id from labels
where  label_id in (select unnest($ids::varchar[]))
"""

COMPARISONS = """
with wanted as (
  select comparison_id, prompt_id, response_ids from comparisons
  where  comparison_id in (select unnest($ids::varchar[]))
),
places as (
  select comparison_id, unnest(response_ids) as response_id, generate_subscripts(response_ids, 1) as place
  from   wanted
),
answered as (
  select comparison_id, list(sha256(text) order by place) as answers
  from   places
  join   responses using (response_id)
  group  by comparison_id
)
select comparison_id, sha256(turns[-1].content), answers
from   wanted
join   answered using (comparison_id)
join   prompts using (prompt_id)
"""

SKIPS = """
select lease_id, comparison_id from skips
where  lease_id in (select unnest($ids::varchar[]))
"""

PROMPTS = """
select prompt_id, sha256(turns[-1].content) from prompts
where  prompt_id in (select unnest($ids::varchar[]))
"""

DEMONSTRATIONS = """
select demonstration_id, sha256(text) from demonstrations
where  demonstration_id in (select unnest($ids::varchar[]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The ids of which a file speaks."""

    labels: tuple[str, ...] = ()
    comparisons: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    demonstrations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sha256 of the last turn of a comparison's prompt, and of each of its answers, in its order."""

    prompt: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What of it the home has, withdrawn or not: a label's and a skip's comparison, a comparison's words, and
    the sha256 of a prompt's last turn and of a demonstration's response."""

    labels: dict[str, str] = field(default_factory=dict)
    comparisons: dict[str, Words] = field(default_factory=dict)
    skips: dict[str, str] = field(default_factory=dict)
    prompts: dict[str, str] = field(default_factory=dict)
    demonstrations: dict[str, str] = field(default_factory=dict)


def known(db: DuckDBPyConnection, named: Named) -> Known:
    """What the home has of what was named."""

    def found(statement: str, ids: tuple[str, ...]) -> list[tuple[Any, ...]]:
        return db.execute(statement, {"ids": ids}).fetchall() if ids else []

    return Known(
        labels=dict(found(LABELS, named.labels)),
        comparisons={
            comparison_id: Words(prompt=prompt, answers=tuple(answers))
            for comparison_id, prompt, answers in found(COMPARISONS, named.comparisons)
        },
        skips=dict(found(SKIPS, named.skips)),
        prompts=dict(found(PROMPTS, named.prompts)),
        demonstrations=dict(found(DEMONSTRATIONS, named.demonstrations)),
    )
