"""Whom the labels of a comparison were shown: they are not asked it any more."""

from __future__ import annotations

from collections.abc import Iterable

from duckdb import DuckDBPyConnection

from store.records import Sighting

INSERT = """
insert into sightings by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "comparison_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning annotator_id, comparison_id
"""

SEEN_BY = """
select comparison_id from sightings
where  annotator_id = $annotator_id and comparison_id in (select unnest($comparison_ids::varchar[]))
"""


def new(db: DuckDBPyConnection, annotator_id: str, comparison_ids: Iterable[str]) -> list[Sighting]:
    """What is to be appended now that they are shown these comparisons' labels."""
    wanted = sorted(set(comparison_ids))
    found = db.execute(SEEN_BY, {"annotator_id": annotator_id, "comparison_ids": wanted}).fetchall()
    return [
        Sighting(annotator_id=annotator_id, comparison_id=comparison_id)
        for comparison_id in wanted
        if (comparison_id,) not in found
    ]
