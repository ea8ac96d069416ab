"""A process that is meant to be killed: annotators at work in a home while bundles, snapshots and checkpoints
go on. Every word that the store gave is a line of the file, written after it was given.

    python toil.py HOME FILE SEED
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from small_collection import FIRST_BETTER, SECOND_BETTER, comparisons

from store.database import Store, open_store
from store.errors import RequestError
from store.home import Home
from store.inbox import take_in, write_bundle
from store.messages import (
    Actor,
    Assignment,
    EditLabel,
    Freeze,
    NextComparison,
    SkipLease,
    SubmitLabel,
    UndoLabel,
)
from store.records import Contents, Fact, Role
from store.tables import TABLES
from store.verbs import edit_label, freeze, next_comparison, skip_lease, submit_label, undo_label
from store.verbs.roles import HONE

WRITERS = 16
Say = Callable[..., None]


def annotate(store: Store, name: str, seed: int, say: Say) -> None:
    """Labels, and now and then skips, says a label anew or takes one back."""
    chance = random.Random(f"{seed} {name}")
    actor = Actor(annotator_id=name, name=name, role=Role.ANNOTATOR)
    while isinstance(found := next_comparison(store, actor, NextComparison()), Assignment):
        if chance.random() < 0.05:
            skip_lease(store, actor, SkipLease(lease_id=found.lease_id, reason="unclear"))
            say("skip", found.lease_id)
            continue
        judgement = replace(FIRST_BETTER, seconds=float(chance.randrange(100)))
        label_id = submit_label(
            store, actor, SubmitLabel(lease_id=found.lease_id, judgement=judgement)
        ).label_id
        say("label", label_id)
        if chance.random() < 0.1:
            edit_label(store, actor, EditLabel(label_id=label_id, judgement=SECOND_BETTER))
            say("edit", label_id)
        elif chance.random() < 0.1:
            undo_label(store, actor, UndoLabel())
            say("undo", label_id)


def publish(store: Store, seed: int, say: Say) -> None:
    """Bundles of new comparisons, one after the other."""
    for number in range(1_000_000):
        facts = comparisons(3, overlap=2, prefix=f"{seed}-{number}-")
        tables: dict[str, list[Fact]] = {}
        for fact in facts:
            tables.setdefault(TABLES[type(fact)].name, []).append(fact)
        write_bundle(store.home, f"bundle-{seed}-{number}", tables)
        for name in take_in(store).bundles:
            say("bundle", name)


def snap(store: Store, say: Say) -> None:
    """Snapshots, one after the other."""
    while True:
        try:
            say("snapshot", freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).snapshot_id)
        except RequestError:  # nobody has judged yet
            time.sleep(0.01)


def checkpoint(store: Store) -> None:
    """Checkpoints, a few a second."""
    while True:
        with store.reading() as db:
            db.execute("checkpoint")
        time.sleep(0.2)


def main(root: Path, file: Path, seed: int) -> None:
    """Never ends by itself while there is something to judge."""
    told = os.open(file, os.O_WRONLY | os.O_APPEND)

    def say(*words: str) -> None:
        os.write(told, f"{' '.join(words)}\n".encode())

    store = open_store(Home(root))
    work: list[Callable[[], None]] = [
        lambda: publish(store, seed, say),
        lambda: snap(store, say),
        lambda: checkpoint(store),
    ]
    names = [f"a{number}" for number in range(WRITERS)]
    work += [lambda name=name: annotate(store, name, seed, say) for name in names]  # type: ignore[misc]
    for one in work:
        threading.Thread(target=one).start()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
