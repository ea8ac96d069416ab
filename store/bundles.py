"""What was taken in from the inbox."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Bundle
from store.rows import row

INSERT = """
insert into bundles by name
select unnest(from_json($facts, '[{
  "bundle_id": "VARCHAR", "name": "VARCHAR", "row_count": "BIGINT", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning bundle_id
"""

BY_ID = """
select * from bundles
where  bundle_id = $bundle_id
"""


def by_id(db: DuckDBPyConnection, bundle_id: str) -> Bundle | None:
    """The bundle with these contents, if it was taken in."""
    return row(db.execute(BY_ID, {"bundle_id": bundle_id}), Bundle)
