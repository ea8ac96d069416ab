"""Whether the figures name who does not judge, and nobody who does, and whether reviewers see wrong
labels first.

Twelve honest annotators and six with planted faults label a home: who is named, after how many labels? Then
the demo's annotators label another one and a round learns from it: how many of the first labels in the queue
of reviews are wrong by the oracle, beside as many in any order? Knows what the store's verbs say, not how
they find it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Final

import torch

from rlhf.bench.policies_words import columns, verdicts
from rlhf.bench.policies_world import World
from rlhf.bench.quality_crew import Planted
from rlhf.bench.quality_found import FIRST, Named, Queue, named, queue
from store.bench.collection import scratch
from store.bench.machine import Machine, before
from store.bench.registry import Settings
from store.errors import HoneError
from store.suspicion.suspects import LEVEL

LABELS: Final = 1000
"""Of each of the crew; the demo's annotators give twice as many together."""
MEMBERS: Final = 3
"""Of each reward model, so that each label is scored by one that never learned from it."""
TIMES: Final = 4.0
"""So many times as often as in any order, the first of the queue should be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityBench:
    """Whom each seed's figures named, and what its queue began with; `ratio` is of all seeds together."""

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    labels: int
    crews: tuple[tuple[Named, ...], ...]
    queues: tuple[Queue, ...]
    seconds: float
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            f"{len(self.crews)} homes with a crew of {len(self.crews[0])}, {self.labels} labels of each:",
            *columns(table(self.crews)),
            *(one.words() for one in self.queues),
            *verdicts(claims(self.crews, self.queues)),
            f"{self.seconds:.0f} s",
        ]


def run(settings: Settings) -> QualityBench:
    """Measures with so many seeds, some two minutes each."""
    began, labels = time.monotonic(), _labels(settings)
    crews, queues = list[tuple[Named, ...]](), list[Queue]()
    with scratch() as folder:
        noise = before(folder)
        for seed in range(settings.seeds):
            world = World(kept=folder, seed=seed, labels=labels, show=settings.show)
            torch.set_num_threads(world.settings.round.threads)
            crews.append(named(world))
            queues.append(queue(replace(world, labels=2 * labels, members=MEMBERS)))
        machine = noise.machine()
    return QualityBench(
        bench="quality",
        ratio=times(queues),
        peer="labels in any order",
        unit=f"wrong labels among the first {FIRST} of the queue",
        met=all(met for _words, met in claims(crews, queues)),
        labels=labels,
        crews=tuple(crews),
        queues=tuple(queues),
        seconds=time.monotonic() - began,
        machine=machine,
    )


def _labels(settings: Settings) -> int:
    if len(settings.sizes) > 1:
        told = ", ".join(str(size) for size in settings.sizes)
        raise HoneError(f"Expected one --size, the labels of each annotator; got {told}. Run once for each.")
    return settings.sizes[0] if settings.sizes else LABELS


def times(queues: Sequence[Queue]) -> float:
    """How many times as often the first of the queue are wrong as all are."""
    return fmean(one.first.value for one in queues) / fmean(one.all.value for one in queues)


def claims(crews: Sequence[Sequence[Named]], queues: Sequence[Queue]) -> Iterator[tuple[str, bool]]:
    """What should hold of all seeds, and whether it does."""
    everybody = [one for crew in crews for one in crew]
    honest = [one for one in everybody if one.fault is Planted.NOTHING]
    wrongly = sum(one.after is not None for one in honest)
    yield (
        f"honest annotators named at a level of {LEVEL:g} each: {wrongly} of {len(honest)}",
        not wrongly,
    )
    guilty = [one for one in everybody if one.fault is not Planted.NOTHING]
    found = sum(one.after is not None for one in guilty)
    yield f"others who were named: {found} of {len(guilty)}", found == len(guilty)
    often = times(queues)
    yield f"the first of the queue are wrong {often:.1f} times as often as any", often >= TIMES


def table(crews: Sequence[Sequence[Named]]) -> list[list[str]]:
    """Of each fault how many were named, by what, and after how many of their labels half and all were."""
    rows = [["", "named", "first by", "half after", "all after"]]
    for fault in Planted:
        of_it = [one for crew in crews for one in crew if one.fault is fault]
        after = sorted(one.after for one in of_it if one.after is not None)
        shown = Counter(one.shown.value for one in of_it if one.shown is not None).most_common(1)
        rows.append(
            [
                fault.value,
                f"{len(after)} of {len(of_it)}",
                shown[0][0] if shown else "",
                f"{median(after):.0f}" if after else "",
                str(after[-1]) if after and len(after) == len(of_it) else "",
            ]
        )
    return rows
