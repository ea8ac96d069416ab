"""What each way of improving a policy gains, and how far it goes for it, in the pocket world.

From the same policy, labels and reward models, and with as many sampled tokens: best of K, rejection
sampling, PPO, both, DPO and RLOO. The oracle, which nobody learned from, says what truly became better.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import torch

from rlhf.bench import frontier
from rlhf.bench.policies_budget import BOTH
from rlhf.bench.policies_runs import PARTS, Outcome, in_order, outcome
from rlhf.bench.policies_table import PoliciesBench, Row, dots, reached, rows
from rlhf.bench.policies_world import LABELS, World, build
from store.bench.machine import before
from store.bench.registry import Settings
from store.errors import HoneError

BASELINES = ("dpo", "rloo")


def run(settings: Settings) -> PoliciesBench:
    """Measures with three seeds and 2,000 labels, in about an hour; what `keep` holds is not made again."""
    began, parts = time.monotonic(), _parts(settings.parts)
    folder = settings.keep or Path(tempfile.mkdtemp(prefix="hone-policies-"))
    folder.mkdir(parents=True, exist_ok=True)
    noise, labels = before(folder), max(settings.sizes or (LABELS,))
    worlds = [
        World(kept=folder, seed=seed, labels=labels, show=settings.show) for seed in range(settings.seeds)
    ]
    torch.set_num_threads(worlds[0].settings.round.threads)
    made = [_one_seed(world, parts) for world in worlds]
    seeds, found = [outcomes for _seconds, outcomes in made], rows([outcomes for _seconds, outcomes in made])
    measured = dots(seeds)
    ratio, peer = _compared(found)
    return PoliciesBench(
        bench="policies",
        ratio=ratio,
        peer=peer,
        unit="oracle win rate against the first policy",
        met=reached(found),
        labels=labels,
        held_out=seeds[0][0].points[-1].result.prompts,
        at=found,
        dots=measured,
        figure=str(frontier.draw(measured, folder / "frontier.svg")),
        world_seconds=fmean(seconds for seconds, _outcomes in made),
        seconds=time.monotonic() - began,
        machine=noise.machine(),
    )


def _parts(wanted: Sequence[str]) -> list[str]:
    if unknown := [part for part in wanted if part not in PARTS]:
        raise HoneError(f"Expected parts among {', '.join(PARTS)}; got {unknown[0]}.")
    return in_order(wanted or PARTS)


def _one_seed(world: World, parts: Sequence[str]) -> tuple[float, list[Outcome]]:
    """How long its labels and reward models took now, and what came of each part."""
    began = time.monotonic()
    build(world)
    seconds = time.monotonic() - began
    return seconds, [outcome(world, part) for part in parts]


def _compared(found: Sequence[Row]) -> tuple[float, str]:
    """Rejection sampling then PPO, or else the last row, beside the better baseline, or else the start."""
    wins = {row.part: row.figures.win_rate.value for row in found}
    ours = wins.get(BOTH, found[-1].figures.win_rate.value)
    beside = {part: wins[part] for part in BASELINES if part in wins}
    if not beside:
        return ours / 0.5, "the first policy"
    best = max(beside, key=lambda part: beside[part])
    return ours / beside[best], best.upper()
