"""What should hold of the files of a home: models are where they should be, nothing waits or was left over,
others cannot read them, and there is room for more.
"""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from store import notices
from store.home import Home
from store.keeping.invariants.rules import Finding
from store.records import now

MODELS = """
select 'policy ' || policy_id as model, path from policies
union  all
select 'reward model ' || reward_model_id, path from reward_models
order  by all
"""

STRAY: Final = 3600.0
"""Seconds after which a draft was left over: whoever made it has been stopped."""
ROOM: Final = 1024**3
"""Bytes that should be free on the home's disk."""


def findings(db: DuckDBPyConnection, home: Home) -> Iterator[Finding]:
    """What is wrong with the files."""
    yield from _models(db, home)
    yield from _rejected(home)
    yield from _strays(home)
    yield from _webhooks(home)
    yield from _open_to_others(home)
    yield from _room(home)


def _models(db: DuckDBPyConnection, home: Home) -> Iterator[Finding]:
    """A path that does not begin in the home is a hub's name, or nothing for answers that were imported."""
    for model, path in db.execute(MODELS).fetchall():
        ours = path.startswith((f"{home.policies.name}/", f"{home.rounds.name}/"))
        if ours and not (home.root / path).exists():
            yield Finding(
                rule="models are there",
                sentence=f"The folder of {model} is missing; put it back at {home.root / path}, "
                "a backup with --models has it.",
            )


def _rejected(home: Home) -> Iterator[Finding]:
    rejected = home.inbox / "rejected"
    waiting = sorted(path.name for path in rejected.iterdir()) if rejected.is_dir() else []
    if waiting:
        yield Finding(
            rule="nothing was rejected",
            sentence=f"Bundles were rejected: {', '.join(waiting)}; each has its why.txt in {rejected}: "
            "publish it again as it should be, then remove it there.",
        )


def _strays(home: Home) -> Iterator[Finding]:
    before = time.time() - STRAY
    # Where DuckDB puts what does not fit into memory; it looks after that itself.
    ours = home.database.with_name(f"{home.database.name}.tmp")
    drafts = [one for one in home.root.glob("*.tmp") if one != ours]
    drafts += [*home.root.glob(".*.tmp"), *home.drafts.glob("*")]
    drafts += [one for folder in (home.snapshots, home.inbox) for one in folder.glob("*.tmp")]
    drafts += [one for folder in (home.snapshots, home.inbox) for one in folder.glob(".*.tmp")]
    for draft in sorted(set(drafts)):
        if draft.lstat().st_mtime < before:
            yield Finding(
                rule="no drafts are left over",
                sentence=f"{draft} was left over by a process that was stopped; remove it.",
            )


def _webhooks(home: Home) -> Iterator[Finding]:
    before = now() - timedelta(seconds=STRAY)
    for one in notices.standings(home):
        if one.failing_since is not None and one.failing_since < before:
            yield Finding(
                rule="webhooks arrive",
                sentence=f"Nothing has reached {one.url} since {one.failing_since:%Y-%m-%d %H:%M} UTC "
                f"({one.error}); what happened since waits for it. Mend the receiver, or take it out of "
                f"webhooks.urls and remove its file in {home.webhooks}.",
            )


def _open_to_others(home: Home) -> Iterator[Finding]:
    others = stat.S_IROTH | stat.S_IXOTH
    if home.root.stat().st_mode & others:
        yield Finding(
            rule="others cannot read",
            sentence=f"Other users of this machine can read the home; run chmod 700 {home.root}.",
        )


def _room(home: Home) -> Iterator[Finding]:
    free = shutil.disk_usage(home.root).free
    if free < ROOM:
        yield Finding(
            rule="there is room",
            sentence=f"Only {free // 1024**2} MB are free on the disk of {home.root}; free some, or labels "
            "cannot be kept soon.",
        )
