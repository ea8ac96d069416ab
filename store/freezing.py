"""Freezes training data into Parquet files named by their sha256, each with a manifest beside it.

A file is there whole or not at all and never changes. Freezing the same data again gives the same snapshot.
A snapshot anchors the audit: it names the chain's head at the moment in which its data was read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import duckdb
from duckdb import DuckDBPyConnection

from store import audit, preferences, snapshots
from store.database import Store
from store.errors import RequestError
from store.messages import Actor
from store.records import Contents, Snapshot

PROMPTS = """
select prompt_id, turns as prompt, track, split, category, attack_vector, source
from   prompts
order  by prompt_id
"""

QUERIES: Final[Mapping[Contents, str]] = {Contents.PREFERENCES: preferences.SELECT, Contents.PROMPTS: PROMPTS}


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    """A Parquet file that was written, and where the audit stood."""

    file: Path
    sha256: str
    row_count: int
    head: audit.Head


def freeze(store: Store, actor: Actor, contents: Contents) -> Snapshot:
    """The snapshot of what the store holds now; RequestError when that is nothing."""
    with store.turns.of("freeze"):
        with store.reading() as db:
            frozen = _write(db, store.home.snapshots, contents)
            there = snapshots.by_id(db, frozen.sha256)
        if frozen.row_count == 0:
            frozen.file.unlink()
            raise RequestError(f"There are no {contents} to freeze yet; nothing was written.")
        file = store.home.snapshots / f"{frozen.sha256}.parquet"
        frozen.file.replace(file)
        if there is not None:
            return there
        snapshot = Snapshot(
            snapshot_id=frozen.sha256,
            contents=contents,
            path=str(file.relative_to(store.home.root)),
            row_count=frozen.row_count,
            query=QUERIES[contents],
            audit_seq=frozen.head.seq,
            audit_head=frozen.head.hash,
        )
        _manifest(file.with_suffix(".json"), snapshot)
        _sync(store.home.snapshots)
        store.append(actor.annotator_id, snapshot)
        return snapshot


def _write(db: DuckDBPyConnection, folder: Path, contents: Contents) -> Frozen:
    """One transaction reads the data and the chain's head, so that they belong together."""
    draft = folder / f".{secrets.token_hex(8)}.tmp"
    db.execute("begin")
    head = audit.head(db)
    db.sql(QUERIES[contents]).write_parquet(str(draft), compression="zstd")
    row_count = len(db.read_parquet(str(draft)))
    db.execute("commit")
    _sync(draft)
    with draft.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Frozen(draft, sha256, row_count, head)


def _manifest(file: Path, snapshot: Snapshot) -> None:
    draft = file.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as handle:
        fields = {**dataclasses.asdict(snapshot), "duckdb": duckdb.__version__}
        json.dump(fields, handle, indent=1, default=str)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
