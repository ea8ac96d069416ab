"""What each way of improving a policy gains, and how far it goes for it, in the pocket world.

From the same policy, labels and reward models: best of K, rejection sampling, PPO, both, DPO and RLOO, of
which those that sample to learn sample as many tokens; and the first policy cooled, which learned nothing, as
rejection sampling draws from it. The oracle, which nobody learned from, says what truly became better.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from rlhf.bench import frontier
from rlhf.bench.policies_budget import BOTH
from rlhf.bench.policies_runs import PARTS, Outcome, cool, outcome
from rlhf.bench.policies_seeds import begin, chosen, each_seed
from rlhf.bench.policies_table import PoliciesBench, Row, dots, reached, rows
from rlhf.bench.policies_world import World
from store.bench.registry import Settings

BASELINES = ("dpo", "rloo")


def run(settings: Settings) -> PoliciesBench:
    """Measures with three seeds and 2,000 labels, in about an hour; what `keep` holds is not made again."""
    began, parts = time.monotonic(), chosen(settings.parts, PARTS, PARTS)
    begun = begin("policies", settings)
    seeds = each_seed(begun, partial(_one_seed, parts))
    found, measured = rows(seeds.found), dots(seeds.found)
    ratio, peer = _compared(found)
    preset = begun.world(0).settings
    return PoliciesBench(
        bench="policies",
        ratio=ratio,
        peer=peer,
        unit="oracle win rate against the first policy",
        met=reached(found),
        labels=begun.labels,
        held_out=seeds.found[0][0].points[-1].result.prompts,
        temperature=preset.evaluate.temperature,
        cooled=cool(preset),
        at=found,
        dots=measured,
        figure=str(frontier.draw(measured, begun.folder / "frontier.svg")),
        world_seconds=seeds.world_seconds,
        seconds=time.monotonic() - began,
        machine=begun.noise.machine(),
    )


def _one_seed(parts: Sequence[str], world: World) -> list[Outcome]:
    return [outcome(world, part) for part in parts]


def _compared(found: Sequence[Row]) -> tuple[float, str]:
    """Rejection sampling then PPO, or else the last row, beside the better baseline, or else the start."""
    wins = {row.part: row.figures.win_rate.value for row in found}
    ours = wins.get(BOTH, found[-1].figures.win_rate.value)
    beside = {part: wins[part] for part in BASELINES if part in wins}
    if not beside:
        return ours / 0.5, "the first policy"
    best = max(beside, key=lambda part: beside[part])
    return ours / beside[best], best.upper()
