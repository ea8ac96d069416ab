"""What should hold of snapshots: the file is what was frozen, and nothing is in it that only measures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pydantic
from duckdb import DuckDBPyConnection
from pydantic import TypeAdapter, ValidationError

from store import snapshots
from store.home import Home
from store.keeping.copies import sha256
from store.keeping.invariants.rules import Finding
from store.records import Contents, Snapshot
from store.rows import number

MEASURING = """
select count(*) from read_parquet($path) as frozen
where  comparison_id in (
  select comparison_id from comparisons
  where  purpose in ('gold', 'swapped', 'evaluation'))
"""

OTHER_SPLIT = """
select count(*) from read_parquet($path) as frozen
join   prompts using (prompt_id)
where  frozen.split <> prompts.split
"""


@pydantic.dataclasses.dataclass(frozen=True)
class Manifest:
    """What stands beside a snapshot's file."""

    snapshot_id: str
    contents: str
    path: str
    row_count: int
    audit_seq: int
    audit_head: str


def findings(db: DuckDBPyConnection, home: Home) -> Iterator[Finding]:
    """What is wrong with each snapshot."""
    for one in snapshots.every(db):
        yield from _findings(db, home, one)


def _findings(db: DuckDBPyConnection, home: Home, one: Snapshot) -> Iterator[Finding]:
    file = home.root / one.path
    name = f"The file of snapshot {one.snapshot_id[:12]}"
    if not file.is_file():
        yield _found("is there", f"{name} is missing; put it back at {file}, a backup has it.")
        return
    if sha256(file) != one.snapshot_id:
        yield _found("is what was frozen", f"{name} was changed; put the file of a backup back at {file}.")
        return
    if _manifest(file.with_suffix(".json")) != _said(one):
        yield _found(
            "manifest fits",
            f"The manifest {file.with_suffix('.json')} does not say what the table says; put the one of a "
            "backup back, and if that is the same, trust neither: the chain may have been written anew.",
        )
    try:
        yield from _contents(db, one, file)
    except duckdb.Error as error:
        yield _found("can be read", f"{name} cannot be read ({error}); put the file of a backup back.")


def _contents(db: DuckDBPyConnection, one: Snapshot, file: Path) -> Iterator[Finding]:
    name = one.snapshot_id[:12]
    retrain = f"train on a new snapshot what hone lineage snapshot:{name} names."
    measuring = (
        number(db.execute(MEASURING, {"path": str(file)})) if one.contents is Contents.PREFERENCES else 0
    )
    if measuring:
        yield _found(
            "only what may train",
            f"{measuring} rows of snapshot {name} are of comparisons that only measure; {retrain}",
        )
    moved = number(db.execute(OTHER_SPLIT, {"path": str(file)}))
    if moved:
        yield _found(
            "held-out prompts are marked",
            f"{moved} rows of snapshot {name} are marked with another split than their prompt has, so held-"
            f"out prompts may train; {retrain}",
        )


def _manifest(file: Path) -> Manifest | None:
    try:
        return TypeAdapter(Manifest).validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def _said(one: Snapshot) -> Manifest:
    return Manifest(one.snapshot_id, one.contents, one.path, one.row_count, one.audit_seq, one.audit_head)


def _found(rule: str, sentence: str) -> Finding:
    return Finding(rule=f"snapshot {rule}", sentence=sentence)
