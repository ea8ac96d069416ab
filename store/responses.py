"""Answers of policies to prompts."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Response
from store.rows import row

# Row by row: a large array that is typed at once takes five times as long.
INSERT = """
insert into responses by name
select unnest(from_json(fact, '{
  "response_id": "VARCHAR", "prompt_id": "VARCHAR", "policy_id": "VARCHAR", "text": "VARCHAR",
  "temperature": "DOUBLE", "top_p": "DOUBLE", "seed": "BIGINT", "finish_reason": "VARCHAR",
  "token_count": "INTEGER", "logprob": "DOUBLE", "meta": "VARCHAR", "made_at": "TIMESTAMP"
}'))
from   (select unnest(from_json($facts, '["json"]')) as fact)
on conflict do nothing
returning response_id
"""

BY_ID = """
select * from responses
where  response_id = $response_id
"""

TEXT = """
select text from responses
where  response_id = $response_id
"""

TEXTS = """
select response_id, text from responses
where  response_id in (select unnest($response_ids::varchar[]))
"""

PROMPTS_OF = """
select response_id, prompt_id from responses
where  response_id in (select unnest($response_ids::varchar[]))
"""


def by_id(db: DuckDBPyConnection, response_id: str) -> Response | None:
    """The response with this id."""
    return row(db.execute(BY_ID, {"response_id": response_id}), Response)


def text(db: DuckDBPyConnection, response_id: str) -> str:
    """The words of a response that is there: one look-up by key, whatever the size of the table."""
    found = db.execute(TEXT, {"response_id": response_id}).fetchone()
    assert found is not None  # noqa: S101  # a comparison is taken in only with its responses
    return str(found[0])


def texts(db: DuckDBPyConnection, response_ids: list[str]) -> dict[str, str]:
    """The words of those of these responses that are there."""
    return dict(db.execute(TEXTS, {"response_ids": response_ids}).fetchall())


def prompts_of(db: DuckDBPyConnection, response_ids: list[str]) -> dict[str, str]:
    """Which prompt each of these responses answers, for those that are there."""
    return dict(db.execute(PROMPTS_OF, {"response_ids": response_ids}).fetchall())
