"""The words that annotators of a track read, by version; the newest is in force."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from store.records import Guideline, Track
from store.rows import number, row

INSERT = """
insert into guidelines by name
select unnest(from_json($facts, '[{
  "track": "VARCHAR", "version": "INTEGER", "text": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning track, version
"""

NEWEST = """
select * from guidelines
where  track = $track
order  by version desc
limit  1
"""

VERSION = """
select coalesce(max(version), 1) from guidelines
where  track = $track
"""


def newest(db: DuckDBPyConnection, track: Track) -> Guideline | None:
    """The guideline in force; None where nobody has written one and the app's own words hold."""
    return row(db.execute(NEWEST, {"track": track}), Guideline)


def version(db: DuckDBPyConnection, track: Track) -> int:
    """The version in force; the app's own words are version 1."""
    return number(db.execute(VERSION, {"track": track}))
