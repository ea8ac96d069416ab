"""Files and snapshots of a home that are otherwise than they should be, and the one sentence for each."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from single_facts import sentences

from store.database import Store
from store.identity import canonical
from store.inbox import take_in
from store.keeping.copies import sha256
from store.records import (
    Contents,
    Snapshot,
)


def snapshot_of(store: Store) -> Path:
    return next(store.home.snapshots.glob("*.parquet"))


def forge(store: Store, select: str) -> None:
    """A snapshot in the table whose file holds other rows than were frozen."""
    file = store.home.snapshots / "forged.parquet"
    with duckdb.connect() as db:
        db.sql(select.replace("$path", f"'{snapshot_of(store)}'")).write_parquet(str(file))
        count = len(db.read_parquet(str(file)))
    snapshot_id = sha256(file)
    file = file.rename(file.with_stem(snapshot_id))
    with store.reading() as db:
        head = db.execute("select seq, hash from audit order by seq desc limit 1").fetchone()
    assert head is not None
    snapshot = Snapshot(
        snapshot_id=snapshot_id,
        contents=Contents.PREFERENCES,
        path=f"snapshots/{file.name}",
        row_count=count,
        query="",
        audit_seq=head[0],
        audit_head=head[1],
    )
    file.with_suffix(".json").write_text(canonical(snapshot))
    store.append("test", snapshot)


FROZEN: dict[str, tuple[Callable[[Store], object], str]] = {
    "missing": (
        lambda store: snapshot_of(store).unlink(),
        r"The file of snapshot \w+ is missing; put it back",
    ),
    "changed": (
        lambda store: snapshot_of(store).write_bytes(b"x"),
        r"The file of snapshot \w+ was changed; put the file of a backup back",
    ),
    "measuring": (
        lambda store: forge(store, "select * replace ('g' as comparison_id) from $path"),
        r"2 rows of snapshot \w+ are of comparisons that only measure; train on a new snapshot",
    ),
    "held out": (
        lambda store: forge(store, "select * replace ('heldout' as split) from $path"),
        r"2 rows of snapshot \w+ are marked with another split than their prompt has",
    ),
}


@pytest.mark.parametrize("name", FROZEN)
def test_a_snapshot_that_is_not_what_was_frozen_is_told(healthy: Store, name: str) -> None:
    damage, sentence = FROZEN[name]
    damage(healthy)
    (found,) = sentences(healthy)
    assert re.match(sentence, found)


def test_a_manifest_that_says_something_else_is_told(healthy: Store) -> None:
    manifest = snapshot_of(healthy).with_suffix(".json")
    manifest.write_text(manifest.read_text().replace('"row_count": 2', '"row_count": 3'))
    (found,) = sentences(healthy)
    assert found.startswith(f"The manifest {manifest} does not say what the table says")


def old(path: Path) -> None:
    path.mkdir()
    os.utime(path, (0, 0))


def reject(store: Store) -> None:
    (store.home.inbox / "odd").mkdir()
    take_in(store)


FILES: dict[str, tuple[Callable[[Store], object], str]] = {
    "models": (
        lambda store: shutil.rmtree(store.home.policies / "policy"),
        "The folder of policy policy is missing; put it back at {home}/policies/policy, "
        "a backup with --models "
        "has it.",
    ),
    "rejected": (
        reject,
        "Bundles were rejected: odd; each has its why.txt in {home}/inbox/rejected: publish it again as it "
        "should be, then remove it there.",
    ),
    "stray": (
        lambda store: old(store.home.inbox / ".bundle-1.tmp"),
        "{home}/inbox/.bundle-1.tmp was left over by a process that was stopped; remove it.",
    ),
    "open": (
        lambda store: store.home.root.chmod(0o755),
        "Other users of this machine can read the home; run chmod 700 {home}.",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_should_be_otherwise_is_told(healthy: Store, name: str) -> None:
    damage, sentence = FILES[name]
    damage(healthy)
    assert sentences(healthy) == [sentence.format(home=healthy.home.root)]


def test_a_draft_that_somebody_still_writes_is_not_stray(healthy: Store) -> None:
    (healthy.home.inbox / ".bundle-1.tmp").mkdir()
    old(healthy.home.root / "hone.duckdb.tmp")  # the database's own
    assert sentences(healthy) == []


def test_a_disk_with_little_room_is_told(healthy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=5 * 1024**2))
    (found,) = sentences(healthy)
    assert found.startswith("Only 5 MB are free on the disk of")
