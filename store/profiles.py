"""What people say of themselves: the language that the app speaks to them, and what they are asked in."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

INSERT = """
insert into profiles by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "locale": "VARCHAR", "languages": ["VARCHAR"], "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

LOCALE = """
select locale from profiles
where  annotator_id = $annotator_id
order  by made_at desc
limit  1
"""


def locale(db: DuckDBPyConnection, annotator_id: str) -> str | None:
    """The language that the annotator chose for the app; None when they never did."""
    found = db.execute(LOCALE, {"annotator_id": annotator_id}).fetchone()
    return found[0] if found else None
