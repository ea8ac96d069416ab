"""What a person has written, demonstrations and adversarial prompts, and what wants a demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from duckdb import DuckDBPyConnection

from store.records import Demonstration, Prompt, Track
from store.rows import number, row, rows

SOURCE: Final = "written"
"""Of prompts and demonstrations that people write in the app."""

DEMONSTRATION = """
select * from demonstrations
where  demonstration_id = $demonstration_id
"""

SAME_WORDS = """
select count(*) from prompts
where  author = $author and source = $source and attack_vector is not null and turns[-1].content = $text
"""

HELD_OUT = """
select count(*) from prompts
where  split = 'heldout' and turns in (select turns from prompts where prompt_id = $prompt_id)
"""

# The fewest demonstrations first, and among equals everybody in an order of their own.
WANTING = """
with given as (
  select prompt_id, bool_or(author = $author) as own,
         count(*) filter (demonstration_id not in (select demonstration_id from demonstration_retractions))
           as demonstrations
  from   demonstrations
  group  by prompt_id
)
select prompts.*
from   prompts
left   join given using (prompt_id)
where  prompts.track = $track and prompts.language = $language and prompts.split = 'train'
  and  prompts.turns not in (select turns from prompts where split = 'heldout')
  and  not coalesce(given.own, false)
  and  not list_contains($passed::varchar[], prompt_id)
order  by coalesce(given.demonstrations, 0), hash(prompt_id || $author), prompt_id
limit  1
"""

COUNT_DEMONSTRATIONS = """
select count(*) from demonstrations
where  author = $author and source = $source
"""

COUNT_PROMPTS = """
select count(*) from prompts
where  author = $author and source = $source and attack_vector is not null
"""

NEWEST = """
with own as (
  select 'demonstration' as kind, demonstration_id as writing_id, prompts.turns[-1].content as prompt,
         demonstrations.text as response, prompts.track, prompts.language, null as category,
         null as attack_vector, demonstrations.made_at
  from   demonstrations
  join   prompts using (prompt_id)
  where  demonstrations.author = $author and demonstrations.source = $source
  union  all
  select 'adversarial' as kind, prompt_id as writing_id, turns[-1].content as prompt, null as response, track,
         language, category, attack_vector, made_at
  from   prompts
  where  author = $author and source = $source and attack_vector is not null
)
select * from own
order  by made_at desc, writing_id
limit  $most
"""


class Writing(StrEnum):
    """What sort of text it is."""

    DEMONSTRATION = "demonstration"
    ADVERSARIAL = "adversarial"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWriting:
    """Something that its author sees again; `prompt` is the last turn."""

    kind: Writing
    writing_id: str
    prompt: str
    response: str | None
    track: Track
    language: str
    category: str | None
    attack_vector: str | None
    made_at: datetime


def demonstration(db: DuckDBPyConnection, demonstration_id: str) -> Demonstration | None:
    """The demonstration with this id."""
    return row(db.execute(DEMONSTRATION, {"demonstration_id": demonstration_id}), Demonstration)


def repeats_itself(db: DuckDBPyConnection, author: str, text: str) -> bool:
    """Whether the author has written an adversarial prompt in just these words."""
    return number(db.execute(SAME_WORDS, {"author": author, "source": SOURCE, "text": text})) > 0


def only_measures(db: DuckDBPyConnection, prompt_id: str) -> bool:
    """Whether the prompt, or one in the same words, is held out."""
    return number(db.execute(HELD_OUT, {"prompt_id": prompt_id})) > 0


def wanting(
    db: DuckDBPyConnection, author: str, track: Track, language: str, passed: Sequence[str]
) -> Prompt | None:
    """A prompt to which the author has written no response yet; not one of those `passed` over."""
    asked = {"author": author, "track": track, "language": language, "passed": list(passed)}
    return row(db.execute(WANTING, asked), Prompt)


def counts(db: DuckDBPyConnection, author: str) -> tuple[int, int]:
    """How many demonstrations and how many adversarial prompts the author has written."""
    whose = {"author": author, "source": SOURCE}
    return number(db.execute(COUNT_DEMONSTRATIONS, whose)), number(db.execute(COUNT_PROMPTS, whose))


def newest(db: DuckDBPyConnection, author: str, most: int) -> list[OwnWriting]:
    """The author's last texts, the newest first."""
    return rows(db.execute(NEWEST, {"author": author, "source": SOURCE, "most": most}), OwnWriting)
