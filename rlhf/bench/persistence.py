"""What policies keep of a first turn's instruction, and how safely they answer, once they learned to.

Beside the first policy and one that learned from rejection sampling alone, in the pocket world, whose oracle
nobody learned from: with Ghost Attention, with safety context distillation, with both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Final

import torch

from rlhf.bench.persistence_measures import kept, risk
from rlhf.bench.persistence_runs import ALONE, DISTILL, GATT, PARTS, made
from rlhf.bench.persistence_table import FIRST, LEAST, Measured, PersistenceBench, claims, rows
from rlhf.bench.policies_world import LABELS, World, build
from rlhf.further import Further
from store.bench.machine import before
from store.bench.registry import Settings
from store.errors import HoneError

DIALOGUES: Final = 300
"""Held-out dialogues a policy, and"""
PROMPTS: Final = 900
"""held-out prompts at most, with as many labels as a demo's round has."""
LEAST_MEASURED: Final = 10


def run(settings: Settings) -> PersistenceBench:
    """Measures with 2,000 labels, in about ten minutes a seed; what `keep` holds is not made again."""
    began, parts = time.monotonic(), _parts(settings.parts)
    folder = settings.keep or Path(tempfile.mkdtemp(prefix="hone-persistence-"))
    folder.mkdir(parents=True, exist_ok=True)
    noise, labels = before(folder), max(settings.sizes or (LABELS,))
    worlds = [
        World(kept=folder, seed=seed, labels=labels, show=settings.show) for seed in range(settings.seeds)
    ]
    torch.set_num_threads(worlds[0].settings.round.threads)
    done = [_one_seed(world, parts) for world in worlds]
    found = rows([measured for _seconds, measured in done])
    return PersistenceBench(
        bench="persistence",
        ratio=max(row.obeyed[-1].value for row in found) / max(LEAST / 100, found[0].obeyed[-1].value),
        peer="the first policy",
        unit="answers at the last turn that obey the first turn's instruction",
        met=all(met for _words, met in claims(found)),
        labels=labels,
        at=found,
        world_seconds=fmean(seconds for seconds, _measured in done),
        seconds=time.monotonic() - began,
        machine=noise.machine(),
    )


def _parts(wanted: Sequence[str]) -> list[str]:
    if unknown := [part for part in wanted if part not in PARTS]:
        raise HoneError(f"Expected parts among {', '.join(PARTS)}; got {unknown[0]}.")
    return [part for part in PARTS if part in (wanted or (GATT, DISTILL))]


def _one_seed(world: World, parts: Sequence[str]) -> tuple[float, list[Measured]]:
    """How long its labels and reward models took now, and each policy's figures."""
    began = time.monotonic()
    build(world)
    seconds = time.monotonic() - began
    found = [_measured(world, FIRST, world.policy, Further())]
    for part in (ALONE, *parts):
        world.show(f"seed {world.seed}: {part}", 0.0, "begins")
        policy = made(world, part)
        found.append(_measured(world, part, policy.path, policy.besides))
    return seconds, found


def _measured(world: World, part: str, policy: Path, besides: Further) -> Measured:
    share = min(1.0, world.labels / LABELS)
    dialogues, prompts = (max(LEAST_MEASURED, round(most * share)) for most in (DIALOGUES, PROMPTS))
    return Measured(
        part=part,
        kept=kept(policy, world.settings.gatt, dialogues, world.seed),
        risk=risk(policy, world.seed, prompts),
        besides=besides,
    )
