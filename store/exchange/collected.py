"""A home's facts, page by page, as they were appended: what the writers of prompts, demonstrations and events
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from store.identity import canonical
from store.records import Demonstration, Fact, Prompt
from store.rows import number, rows
from store.tables import TABLES

END = """
select count(*) from query_table($name)
"""

# Without an order they come as they were appended.
FACTS = """
select * from query_table($name)
limit  $most
offset $first
"""

DEMONSTRATIONS = """
select demonstrations as demonstration, prompts as prompt,
       demonstration_id in (select demonstration_id from demonstration_retractions) as retracted
from   demonstrations
join   prompts using (prompt_id)
where  demonstrations.rowid >= $first and demonstrations.rowid < $first + $most
order  by demonstrations.rowid
"""

MOST: Final = 5000
"""Rows in a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPage:
    """Some facts of one kind, each as canonical JSON; `following` is where the next page begins, None after
    the last one, and `done` the share of the table that has been read with this page."""

    facts: tuple[str, ...]
    following: int | None
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A demonstration, the prompt that it answers, and whether somebody withdrew it."""

    demonstration: Demonstration
    prompt: Prompt
    retracted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationPage:
    """Some demonstrations; `following` and `done` as in a page of facts."""

    answered: tuple[Answered, ...]
    following: int | None
    done: float


def fact_page(db: DuckDBPyConnection, kind: type[Fact], first: int) -> FactPage:
    """The facts of a kind from row `first` of its table on."""
    name = TABLES[kind].name
    found = rows(db.execute(FACTS, {"name": name, "first": first, "most": MOST}), kind)
    following, done = _after(db, name, first)
    return FactPage(facts=tuple(map(canonical, found)), following=following, done=done)


def demonstration_page(db: DuckDBPyConnection, first: int) -> DemonstrationPage:
    """The demonstrations from row `first` on, with their prompts."""
    found = rows(db.execute(DEMONSTRATIONS, {"first": first, "most": MOST}), Answered)
    following, done = _after(db, "demonstrations", first)
    return DemonstrationPage(answered=tuple(found), following=following, done=done)


def _after(db: DuckDBPyConnection, name: str, first: int) -> tuple[int | None, float]:
    end = number(db.execute(END, {"name": name}))
    after = first + MOST
    return after if after < end else None, min(1.0, after / max(end, 1))
