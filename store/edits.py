"""Labels said anew by their annotators."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Edit
from store.rows import row

INSERT = """
insert into edits by name
select unnest(from_json($facts, '[{
  "label_id": "VARCHAR", "version": "INTEGER", "ranks": ["TINYINT"], "degree": "TINYINT",
  "both_bad": "BOOLEAN",
  "safety": [{"safe": "BOOLEAN", "category": "VARCHAR", "severity": "TINYINT"}],
  "reasons": ["VARCHAR"], "comment": "VARCHAR", "seconds": "DOUBLE", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning label_id, version
"""

NEWEST = """
select * from edits
where  label_id = $label_id
order  by version desc
limit  1
"""


def newest(db: DuckDBPyConnection, label_id: str) -> Edit | None:
    """What the label says now, if it was edited."""
    return row(db.execute(NEWEST, {"label_id": label_id}), Edit)
