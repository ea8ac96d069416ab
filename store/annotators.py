"""Who judges, each with the role of their newest appointment and the languages of their newest profile.

A name belongs to one annotator; one with the kind `person` may sign in.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Annotator
from store.rows import row, rows

INSERT = """
insert into annotators by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "name": "VARCHAR", "role": "VARCHAR", "kind": "VARCHAR",
  "locale": "VARCHAR", "languages": ["VARCHAR"], "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning annotator_id
"""

ALL = """
select * exclude (suspended) from current_annotators
order  by made_at, annotator_id
"""

BY_ID = """
select * exclude (suspended) from current_annotators
where  annotator_id = $annotator_id
"""

BY_NAME = """
select * exclude (suspended) from current_annotators
where  name = $name
"""


def everyone(db: DuckDBPyConnection) -> list[Annotator]:
    """All annotators, the first to arrive first."""
    return rows(db.execute(ALL), Annotator)


def by_id(db: DuckDBPyConnection, annotator_id: str) -> Annotator | None:
    """The annotator with this id."""
    return row(db.execute(BY_ID, {"annotator_id": annotator_id}), Annotator)


def by_name(db: DuckDBPyConnection, name: str) -> Annotator | None:
    """The annotator with this name."""
    return row(db.execute(BY_NAME, {"name": name}), Annotator)
