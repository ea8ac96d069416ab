"""What labels teach a reward model, in the pocket world, where the truth is known.

Answers of the pocket policy are labelled by simulated annotators through the queue and frozen; reward models
are trained as a round trains them, with the pocket preset. Held-out accuracy from more labels and by degree,
the safety model's recall, margins, weighted labels with spammers among the annotators, ensembles.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rlhf.bench.accuracy_figures import pool_unsafe, pooled
from rlhf.bench.accuracy_home import NOISE
from rlhf.bench.accuracy_runs import PARTS, Outcome, Run, Variant, outcome, variants
from rlhf.bench.accuracy_table import AccuracyBench, Given, Row, claims, most_labels
from rlhf.bench.accuracy_world import OVERLAP, Plan, build
from store.bench.collection import scratch
from store.bench.machine import before
from store.bench.registry import Settings
from store.errors import HoneError

SIZES: Final = (500, 1000, 2000, 4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """One seed's outcomes in the order of the table, and how its labels came about."""

    given: tuple[Given, ...]
    outcomes: tuple[tuple[Variant, Outcome], ...]
    world_seconds: float


def run(settings: Settings) -> AccuracyBench:
    """Measures with three seeds and labels from 500 to 4,000, or as many as are given, in half an hour."""
    began, sizes = time.monotonic(), tuple(sorted(settings.sizes or SIZES))
    wanted = _parts(settings.parts)
    with scratch() as folder:
        noise = before(folder)
        seeds = [
            _one_seed(Plan(folder=folder / str(seed), seed=seed, sizes=sizes, show=settings.show), wanted)
            for seed in range(settings.seeds)
        ]
        machine = noise.machine()
    rows = _rows(seeds)
    found = claims(rows)
    best = most_labels(rows).figures
    return AccuracyBench(
        bench="accuracy",
        ratio=best.oracle.accuracy.value / best.longer.accuracy.value,
        peer="choosing the longer response",
        unit="accuracy against the oracle",
        met=all(claim.met for claim in found),
        noise=NOISE,
        overlap=OVERLAP,
        given=tuple(one for seed in seeds for one in seed.given),
        at=rows,
        claims=found,
        world_seconds=fmean(seed.world_seconds for seed in seeds),
        seconds=time.monotonic() - began,
        machine=machine,
    )


def _parts(wanted: Sequence[str]) -> tuple[str, ...]:
    if unknown := [part for part in wanted if part not in PARTS]:
        raise HoneError(f"Expected parts among {', '.join(PARTS)}; got {unknown[0]}.")
    return tuple(wanted) or tuple(PARTS)


def _one_seed(plan: Plan, parts: Sequence[str]) -> Seed:
    began = time.monotonic()
    world = build(plan)
    world_seconds = time.monotonic() - began
    wanted = [one for one in variants(plan.sizes, world.settings) if one.part in parts]
    done: dict[Run, Outcome] = {}
    for number, variant in enumerate(wanted):
        plan.show(f"seed {plan.seed}: {variant.part}", number / len(wanted), variant.name)
        if variant.run not in done:
            done[variant.run] = outcome(variant.run, world, plan.seed, plan.folder / f"run-{number}")
    return Seed(
        given=tuple(
            Given(seed=plan.seed, source=source, labels=one.labels, wrong=one.wrong, spam=one.spam)
            for source, one in world.labelled.items()
        ),
        outcomes=tuple((variant, done[variant.run]) for variant in wanted),
        world_seconds=world_seconds,
    )


def _rows(seeds: Sequence[Seed]) -> tuple[Row, ...]:
    return tuple(_row(column) for column in zip(*(seed.outcomes for seed in seeds), strict=True))


def _row(seeds: Sequence[tuple[Variant, Outcome]]) -> Row:
    """The same variant of every seed."""
    variant, outcomes = seeds[0][0], [one for _, one in seeds]
    unsafe = [one.unsafe for one in outcomes if one.unsafe]
    return Row(
        part=variant.part,
        name=variant.name,
        track=variant.run.track.value,
        labels=variant.run.labels,
        pairs=fmean(one.pairs for one in outcomes),
        figures=pooled([one.figures for one in outcomes]),
        unsafe=pool_unsafe(unsafe) if unsafe else None,
        by_seed=tuple(one.figures.oracle.accuracy.value for one in outcomes),
        seconds=fmean(one.seconds for one in outcomes),
    )
