"""Durable labels a second from 64 annotators at once, through the verb; beside it the same store with a
transaction for each label, and SQLite with one. On few labels and on many.

Each label is acknowledged after its commit, in all three, with its row of the hash chain.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from store.bench.collection import Collection, enlist, made, scratch
from store.bench.crowd import Load, Timing, crowd
from store.bench.machine import Machine, before
from store.bench.registry import Settings
from store.bench.rival import Rival
from store.database import Store, open_store
from store.messages import Actor, Assignment, CountHome, Judgement, NextComparison, SubmitLabel
from store.queueing.asked import Asked
from store.records import Degree, Lease, now
from store.verbs import count_home, next_comparison, submit_label
from store.verbs.roles import HONE
from store.writer import MOST_CALLS

SIZES: Final = (10_000, 1_000_000)
THREADS: Final = 64
EACH: Final = 120
"""Labels of a thread, each by an annotator of its own who has a lease already."""
AT_LEAST: Final = 3.0
"""Times the labels a second of one transaction each."""
SUBMIT_MS: Final = 60.0
"""The most that the 99th percentile of a submission may take."""
JUDGEMENT: Final = Judgement(ranks=(1, 2), degree=Degree.BETTER, seconds=20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An annotator and what they hold."""

    actor: Actor
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsAt:
    """What was measured on so many labels. `session` is a submission within lease, read, submit, again.

    `acknowledged` labels were told to be kept; `kept` are in the store afterwards.
    """

    labels: int
    grouped: Timing
    alone: Timing
    sqlite: Timing
    session: Timing
    acknowledged: int
    kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsBench:
    """`ratio` is of labels a second, on the most labels."""

    bench: str
    ratio: float
    peer: str
    unit: str
    ratio_to_sqlite: float
    p99_ms: float
    met: bool
    threads: int
    at: tuple[LabelsAt, ...]
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        said = []
        for one in self.at:
            said += [
                f"on {one.labels} labels ({one.acknowledged} acknowledged, {one.kept} kept):",
                f"  grouped              {one.grouped.words()}",
                f"  one transaction each {one.alone.words()}",
                f"  SQLite               {one.sqlite.words()}",
                f"  with the next lease  {one.session.words()}",
            ]
        return [
            *said,
            f"{self.ratio:.1f} times one transaction each (at least {AT_LEAST:g}), "
            f"p99 {self.p99_ms:.3g} ms at worst (below {SUBMIT_MS:g})",
        ]


def run(settings: Settings) -> LabelsBench:
    """Measures on 10 thousand and on 1 million labels, or on the sizes that are given."""
    with scratch() as folder:
        noise = before(folder)
        at = tuple(_measure(folder / str(size), size, settings) for size in settings.sizes or SIZES)
        machine = noise.machine()
    ratio = at[-1].grouped.per_second / at[-1].alone.per_second
    slowest = max(one.grouped.p99_ms for one in at)
    return LabelsBench(
        bench="labels",
        ratio=ratio,
        peer="the same store with one transaction each",
        unit="durable labels a second",
        ratio_to_sqlite=at[-1].grouped.per_second / at[-1].sqlite.per_second,
        p99_ms=slowest,
        met=ratio >= AT_LEAST and slowest < SUBMIT_MS,
        threads=THREADS,
        at=at,
        machine=machine,
    )


def _measure(root: Path, size: int, settings: Settings) -> LabelsAt:
    """The home has `size` comparisons that are labelled already, and enough others for what is to come."""
    stage = f"labels_{size}"
    settings.show(stage, 0.0, "filling a home")
    home = made(root, Collection(comparisons=size + 4 * THREADS * EACH, labels=size))
    load = Load(threads=THREADS, seconds=settings.seconds, most=EACH)
    with open_store(home) as store:
        actors = enlist(store, THREADS * EACH)
        settings.show(stage, 0.4, "grouped")
        grouped = _submissions(store, actors, load)
        settings.show(stage, 0.5, "one transaction each")
        store.group(1)
        alone = _submissions(store, actors, load)
        store.group(MOST_CALLS)
        settings.show(stage, 0.7, "with the next lease")
        session = _session(store, actors, load)
        kept = count_home(store, HONE, CountHome()).labels - size
    settings.show(stage, 0.9, "SQLite")
    with Rival(root / "rival.sqlite") as rival:
        rival.fill(size, labels=size)
        sqlite = _rivals(rival, load)
    settings.show(stage, 1.0, grouped.words())
    return LabelsAt(
        labels=size,
        grouped=grouped,
        alone=alone,
        sqlite=sqlite,
        session=session,
        acknowledged=grouped.count + alone.count + session.count,
        kept=kept,
    )


def _ready(store: Store, actors: list[Actor]) -> list[Ready]:
    """Everybody takes what they hold or the next, all leases durable at once."""
    ready = []
    for actor in actors:
        asked = Asked(actor.annotator_id)
        held = next(iter(store.queue.holding(asked, now())), None) or store.queue.lease(asked, now())
        assert held is not None  # noqa: S101  # there are more comparisons than annotators
        ready.append(Ready(actor=actor, lease=held.lease))
    store.append("bench", *(one.lease for one in ready))
    return ready


def _submissions(store: Store, actors: list[Actor], load: Load) -> Timing:
    """Each thread submits for annotators of its own, one after the other, who hold their leases already."""
    ready = _ready(store, actors)
    mine = [iter(ready[number :: load.threads]) for number in range(load.threads)]

    def submit(number: int) -> float:
        one = next(mine[number])
        began = time.perf_counter()
        submit_label(store, one.actor, SubmitLabel(lease_id=one.lease.lease_id, judgement=JUDGEMENT))
        return time.perf_counter() - began

    return crowd(load, submit)


def _session(store: Store, actors: list[Actor], load: Load) -> Timing:
    """As people do: take the next, then submit; the submission counts, the rate is of both together."""

    def judge(number: int) -> float | None:
        asked = next_comparison(store, actors[number], NextComparison())
        if not isinstance(asked, Assignment):
            return None
        began = time.perf_counter()
        submit_label(store, actors[number], SubmitLabel(lease_id=asked.lease_id, judgement=JUDGEMENT))
        return time.perf_counter() - began

    return crowd(load, judge)


def _rivals(rival: Rival, load: Load) -> Timing:
    def label(number: int) -> float:
        began = time.perf_counter()
        rival.label(f"bench-{number}", f"c{number:07d}")
        return time.perf_counter() - began

    return crowd(load, label)
