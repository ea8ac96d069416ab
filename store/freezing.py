"""Freezes training data into Parquet files named by their sha256, each with a manifest beside it.

A file is there whole or not at all and never changes. Freezing the same data again, asked for in the same
way, gives the same snapshot; its counts are those of the first time.
A snapshot anchors the audit: it names the chain's head at the moment in which its data was read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any, Final

import duckdb
from duckdb import DuckDBPyConnection

from store import audit, composition, narrowing, preferences, snapshots
from store.database import Store
from store.errors import RequestError
from store.identity import canonical
from store.keeping.copies import sync
from store.messages import Actor, Freeze
from store.narrowing import Parameters
from store.records import Contents, Snapshot, now
from store.reviews import ReviewSettings
from store.rows import number
from store.settings import load_section

PROMPTS = """
create or replace temp table chosen_prompts as
select prompt_id, turns, track, split, category, attack_vector, source
from   prompts
where  (len($tracks::varchar[]) = 0 or list_contains($tracks::varchar[], track))
  and  (len($languages::varchar[]) = 0 or list_contains($languages::varchar[], language))
"""

PROMPT_ROWS = """
select prompt_id, turns as prompt, track, split, category, attack_vector, source
from   chosen_prompts
where  split = 'heldout'
   or  turns not in (select turns from prompts where split = 'heldout')
order  by prompt_id
"""

TWINS = """
select count(*) from chosen_prompts
where  split = 'train' and turns in (select turns from prompts where split = 'heldout')
"""

QUERIES: Final = {
    Contents.PREFERENCES: ";".join((preferences.JUDGE, preferences.PAIR, preferences.WRITE)),
    Contents.PROMPTS: ";".join((PROMPTS, PROMPT_ROWS)),
}
TOLD: Final = ("parameters", "counts", "left_out")
"""What a row of the table keeps as JSON text and a manifest as it is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    """A Parquet file that was written, what it is made of, and where the audit stood."""

    file: Path
    sha256: str
    row_count: int
    head: audit.Head
    parameters: Parameters
    counts: dict[str, Any]
    left_out: dict[str, int]


def freeze(store: Store, actor: Actor, request: Freeze) -> Snapshot:
    """The snapshot of what the store holds now; RequestError when that is nothing."""
    home = load_section(ReviewSettings, "review", store.home.settings).required
    required = (*home, *request.required)
    with store.turns.of("freeze"):
        moment = now()  # before anything is read: what is edited from here on was edited after it
        with store.reading() as db:
            parameters = narrowing.settle(db, request.contents, request.only, required)
            frozen = _write(db, store.home.snapshots, request.contents, parameters)
            there = snapshots.by_id(db, frozen.sha256)
        if frozen.row_count == 0:
            frozen.file.unlink()
            raise RequestError(_nothing(request.contents, frozen))
        file = store.home.snapshots / f"{frozen.sha256}.parquet"
        frozen.file.replace(file)
        if there is not None:
            return there
        snapshot = Snapshot(
            snapshot_id=frozen.sha256,
            contents=request.contents,
            path=str(file.relative_to(store.home.root)),
            row_count=frozen.row_count,
            query=QUERIES[request.contents],
            audit_seq=frozen.head.seq,
            audit_head=frozen.head.hash,
            parameters=canonical(frozen.parameters),
            counts=json.dumps(frozen.counts),
            left_out=json.dumps(frozen.left_out),
            made_at=moment,
        )
        _manifest(file.with_suffix(".json"), snapshot)
        sync(store.home.snapshots)
        store.append(actor.annotator_id, snapshot)
        return snapshot


def _write(db: DuckDBPyConnection, folder: Path, contents: Contents, parameters: Parameters) -> Frozen:
    """One transaction reads the data and the chain's head, so that they belong together."""
    draft = folder / f".{secrets.token_hex(8)}.tmp"
    db.execute("begin")
    head = audit.head(db)
    write = _write_preferences if contents is Contents.PREFERENCES else _write_prompts
    counts, left_out = write(db, parameters, draft)
    row_count = len(db.read_parquet(str(draft)))
    db.execute("commit")
    sync(draft)
    with draft.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Frozen(draft, sha256, row_count, head, parameters, counts, left_out)


Made = tuple[dict[str, Any], dict[str, int]]


def _write_preferences(db: DuckDBPyConnection, parameters: Parameters, file: Path) -> Made:
    preferences.write(db, parameters, file)
    return composition.of_preferences(db, str(file), now()), preferences.left_out(db)


def _write_prompts(db: DuckDBPyConnection, parameters: Parameters, file: Path) -> Made:
    db.execute(PROMPTS, {"tracks": list(parameters.tracks), "languages": list(parameters.languages)})
    db.sql(PROMPT_ROWS).write_parquet(str(file), compression="zstd")
    twins = number(db.execute(TWINS))
    return composition.of_prompts(db, str(file)), {preferences.TWIN: twins} if twins else {}


def _nothing(contents: Contents, frozen: Frozen) -> str:
    """Why there is nothing, as far as it can be told."""
    if not frozen.left_out:
        return f"There are no {contents} to freeze yet; nothing was written."
    left = ", ".join(f"{count} {reason}" for reason, count in frozen.left_out.items())
    return f"There are no {contents} to freeze: all were left out ({left}); nothing was written."


def _manifest(file: Path, snapshot: Snapshot) -> None:
    draft = file.with_suffix(".tmp")
    with draft.open("w", encoding="utf-8") as handle:
        told = {name: json.loads(getattr(snapshot, name)) for name in TOLD}
        fields = {**dataclasses.asdict(snapshot), **told, "duckdb": duckdb.__version__}
        json.dump(fields, handle, indent=1, default=str)
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(file)
