"""What policies keep of a first turn's instruction, and how safely they answer, once they learned to.

With Ghost Attention, with safety context distillation, with both, beside a policy that learned from rejection
sampling alone, in the pocket world, whose oracle nobody learned from. Instructions are in part worded as
Ghost Attention never saw them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from rlhf.bench.persistence_measures import dialogues, kept, risk
from rlhf.bench.persistence_runs import ALONE, DISTILL, GATT, PARTS, UNLEARNT, learnt_wordings, made
from rlhf.bench.persistence_table import FIRST, Measured, PersistenceBench, claims, rows
from rlhf.bench.policies_seeds import begin, chosen, each_seed
from rlhf.bench.policies_world import LABELS, World
from rlhf.further import Further
from store.bench.registry import Settings

DIALOGUES: Final = 200
"""Dialogues a policy in learnt wordings, as many in others, and"""
PROMPTS: Final = 900
"""held-out prompts at most, with as many labels as a demo's round has."""
LEAST_MEASURED: Final = 10


def run(settings: Settings) -> PersistenceBench:
    """Measures with 2,000 labels, in half an hour a seed on a core; what `keep` holds is not made again."""
    began, parts = time.monotonic(), chosen(settings.parts, PARTS, (GATT, DISTILL))
    begun = begin("persistence", settings)
    seeds = each_seed(begun, partial(_one_seed, parts))
    found = rows(seeds.found)
    alone = next(row for row in found if row.part == ALONE)
    return PersistenceBench(
        bench="persistence",
        ratio=max(row.learnt.last.value for row in found) / max(0.01, alone.learnt.last.value),
        peer="rejection sampling alone",
        unit="answers at the last turn that obey the first turn's instruction",
        met=all(met for _words, met in claims(found)),
        labels=begun.labels,
        at=found,
        world_seconds=seeds.world_seconds,
        seconds=time.monotonic() - began,
        machine=begun.noise.machine(),
    )


def _one_seed(parts: Sequence[str], world: World) -> list[Measured]:
    """Each policy's figures."""
    found = [_measured(world, FIRST, world.policy, Further())]
    for part in (ALONE, *parts):
        world.show(f"seed {world.seed}: {part}", 0.0, "begins")
        policy = made(world, part)
        found.append(_measured(world, part, policy.path, policy.besides))
    return found


def _measured(world: World, part: str, policy: Path, besides: Further) -> Measured:
    share = min(1.0, world.labels / LABELS)
    count, prompts = (max(LEAST_MEASURED, round(most * share)) for most in (DIALOGUES, PROMPTS))
    learnt, unlearnt = (
        kept(policy, world.settings.gatt, dialogues(wordings, count, world.seed), world.seed)
        for wordings in (learnt_wordings(world), UNLEARNT)
    )
    return Measured(
        part=part,
        learnt=learnt,
        unlearnt=unlearnt,
        risk=risk(policy, world.seed, prompts),
        besides=besides,
    )
