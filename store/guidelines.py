"""The words that annotators of a track read, by version; the newest is in force.

Version 1 is what Hone comes with. It lies in `first_guidelines/` until a home writes its own version 2, which
keeps version 1 beside it: labels name the version that their annotators read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Final

from duckdb import DuckDBPyConnection

from store.records import Guideline, Track
from store.rows import number, rows

HONES_OWN: Final = "hone"
"""The author of version 1."""

INSERT = """
insert into guidelines by name
select unnest(from_json($facts, '[{
  "track": "VARCHAR", "version": "INTEGER", "text": "VARCHAR", "author": "VARCHAR",
  "changed": "VARCHAR", "requalify": "BOOLEAN", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning track, version
"""

INSERT_READ = """
insert into guideline_reads by name
select unnest(from_json($facts, '[{
  "annotator_id": "VARCHAR", "track": "VARCHAR", "version": "INTEGER", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
on conflict do nothing
returning annotator_id, track, version
"""

ALL = """
select * from guidelines
where  track = $track
order  by version
"""

VERSION = """
select coalesce(max(version), 1) from guidelines
where  track = $track
"""

REQUALIFIED = """
select track, max(version) as version
from   guidelines
where  requalify
group  by track
"""

# What one was told to have read, or else judged by.
LAST_READ = """
select coalesce(
  (select max(version) from guideline_reads where annotator_id = $annotator_id and track = $track),
  (select max(guideline_version) from labels
   join   comparisons using (comparison_id)
   join   prompts using (prompt_id)
   where  labels.annotator_id = $annotator_id and prompts.track = $track))
"""

RECEIPT = """
select made_at from guideline_reads
where  annotator_id = $annotator_id and track = $track and version = $version
"""

READERS = """
select name, version, guideline_reads.made_at
from   annotators
join   guideline_reads using (annotator_id)
where  track = $track and kind = 'person'
qualify row_number() over (partition by annotator_id order by version desc) = 1
union  all
select name, null, null
from   annotators
anti   join (select annotator_id from guideline_reads where track = $track) using (annotator_id)
where  kind = 'person'
order  by version desc nulls last, name
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person, the newest version that they have read, and when; None: they have read none."""

    name: str
    version: int | None
    made_at: datetime | None


@lru_cache(maxsize=len(Track))
def first(track: Track) -> Guideline:
    """The words that Hone comes with: version 1."""
    text = files("store").joinpath("first_guidelines", f"{track.value}.md").read_text(encoding="utf-8")
    return Guideline(track=track, version=1, text=text, author=HONES_OWN)


def every(db: DuckDBPyConnection, track: Track) -> list[Guideline]:
    """All versions, the oldest first; version 1 is always there."""
    written = rows(db.execute(ALL, {"track": track}), Guideline)
    return written if written and written[0].version == 1 else [first(track), *written]


def version(db: DuckDBPyConnection, track: Track) -> int:
    """The version in force; the app's own words are version 1."""
    return number(db.execute(VERSION, {"track": track}))


def requalified(db: DuckDBPyConnection) -> dict[Track, int]:
    """The version since which qualifications count, of the tracks that have one."""
    return {Track(track): since for track, since in db.execute(REQUALIFIED).fetchall()}


def last_read(db: DuckDBPyConnection, annotator_id: str, track: Track) -> int | None:
    """The newest version that they said to have read, else judged by; None: they are new here."""
    found = db.execute(LAST_READ, {"annotator_id": annotator_id, "track": track}).fetchone()
    return found[0] if found else None


def read_at(db: DuckDBPyConnection, annotator_id: str, track: Track, version: int) -> datetime | None:
    """When they said to have read this version."""
    asked = {"annotator_id": annotator_id, "track": track, "version": version}
    found = db.execute(RECEIPT, asked).fetchone()
    return found[0] if found else None


def readers(db: DuckDBPyConnection, track: Track) -> list[Reader]:
    """Everybody who signs in, and what they have read; the most up to date first."""
    return rows(db.execute(READERS, {"track": track}), Reader)
