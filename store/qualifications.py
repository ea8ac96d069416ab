"""Who may judge which track."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Qualification, Track
from store.rows import rows

INSERT = """
insert into qualifications by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "track": "VARCHAR", "guideline_version": "INTEGER", "passed": "BOOLEAN",
  "why": "VARCHAR", "given_by": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

ALL = """
select * from qualifications
order  by made_at
"""

OF_ANNOTATOR = """
select * from qualifications
where  annotator_id = $annotator_id and track = $track
order  by made_at
"""


def every(db: DuckDBPyConnection) -> list[Qualification]:
    """All qualifications, the oldest first."""
    return rows(db.execute(ALL), Qualification)


def of_annotator(db: DuckDBPyConnection, annotator_id: str, track: Track) -> list[Qualification]:
    """Their qualifications for the track, the oldest first."""
    return rows(db.execute(OF_ANNOTATOR, {"annotator_id": annotator_id, "track": track}), Qualification)
