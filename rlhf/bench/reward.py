"""Training a reward model: pairs a second and held-out accuracy, beside `trl.RewardTrainer` made fair.

Without data it is the pocket world's pairs and policy; with published pairs there is no policy that reads
them, so a small one is made of their training half first (`pretraining`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean
from typing import Final

import torch
from torch import Tensor

from rlhf.bench import contestants
from rlhf.bench.contestants import Train
from rlhf.bench.field import SEED, Field, field_of
from rlhf.bench.held_out import HeldOut, measured, rights
from rlhf.bench.pretraining import Pretrained
from rlhf.bench.race import WARM_UP, Part, Race, race, timed
from rlhf.precision import training_dtype
from store.bench.collection import scratch
from store.bench.machine import Before, Machine, before
from store.bench.registry import Settings, Show

ROUNDS: Final = 4
"""Parts of each contestant whose speed is compared."""
LEAST_BATCHES: Final = 32
"""Of a part, however short its seconds: lengths vary, and fewer would be a matter of luck."""
AT_LEAST: Final = {"pocket": 1.5, "hh": 2.5}
"""Times TRL's pairs a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardBench:
    """`ratio` is that of the first race, in float32; another is in bfloat16 where the processor has it.

    `truncated` of the pairs lost the beginning of their prompt, for both contestants alike. `hone` and `trl`
    are the runs on all pairs in float32, after which `held_out` was measured: on all pairs, then by source.
    """

    bench: str
    ratio: float
    peer: str
    unit: str
    met: bool
    data: str
    parameters: int
    training_pairs: int
    truncated: int
    prompt_tokens: float
    response_tokens: float
    batch_pairs: int
    threads: int
    races: tuple[Race, ...]
    hone: Part
    trl: Part
    held_out: tuple[HeldOut, ...]
    pretrained: Pretrained | None
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            *([self.pretrained.words()] if self.pretrained else []),
            f"{self.data}: {self.training_pairs} pairs ({self.truncated} truncated), prompts of "
            f"{self.prompt_tokens:.0f} and responses of {self.response_tokens:.0f} tokens on average; "
            f"{self.parameters / 1e6:.1f} million parameters, {self.batch_pairs} pairs a step, "
            f"{self.threads} threads",
            *(line for one in self.races for line in one.lines()),
            f"all pairs, from token ids to trained weights: Hone {self.hone.steps} steps in "
            f"{self.hone.whole_seconds:.1f} s, TRL {self.trl.steps} in {self.trl.whole_seconds:.1f} s",
            *(one.words() for one in self.held_out),
            f"at least {AT_LEAST[self.data]:g} times, and as accurate: {'met' if self.met else 'not met'}",
        ]


def run(settings: Settings) -> RewardBench:
    """Measures with the pocket world's pairs or the published ones; with as many as the largest size."""
    with scratch() as folder:
        noise = before(folder)
        return measure(field_of(settings, folder), settings, noise)


def measure(field: Field, settings: Settings, noise: Before) -> RewardBench:
    """Speed in parts that take turns, then both on all pairs for their accuracy."""
    races = tuple(_races(field, settings))
    hone, hone_right = _whole(field, contestants.hone, settings.show, "all_pairs_hone")
    trl, trl_right = _whole(field, contestants.trl, settings.show, "all_pairs_trl")
    held_out, sides = measured(field.held_out, hone_right, trl_right), field.sides()
    return RewardBench(
        bench="reward",
        ratio=races[0].ratio,
        peer="trl.RewardTrainer (same weights, pairs, batch, optimiser and precision; no checkpointing)",
        unit="pairs a second in training",
        met=races[0].ratio >= AT_LEAST[field.data] and held_out[0].is_equal_or_better,
        data=field.data,
        parameters=field.start.model().num_parameters(),
        training_pairs=len(field.training),
        truncated=sum(row.truncated for row in field.training),
        prompt_tokens=fmean(len(one.prompt) for one in sides),
        response_tokens=fmean(len(one.response) for one in sides),
        batch_pairs=field.start.settings.batch_pairs,
        threads=torch.get_num_threads(),
        races=races,
        hone=hone,
        trl=trl,
        held_out=held_out,
        pretrained=field.pretrained,
        machine=noise.machine(),
    )


def _races(field: Field, settings: Settings) -> Iterator[Race]:
    """In float32, and in bfloat16 where Hone would choose it, with as many pairs as TRL takes for a part."""
    start = field.start
    rows = Random(SEED).sample(field.training, len(field.training))  # noqa: S311  # repeatable, not a secret
    settings.show("warming_up", 0.0, "")
    few = rows[: WARM_UP * start.settings.batch_pairs]
    rate = timed(start, contestants.trl, few)[0].per_second
    least = LEAST_BATCHES * start.settings.batch_pairs
    some = rows[: max(least, round(rate * settings.seconds))]
    yield race(start, some, ROUNDS, settings.show)
    if training_dtype("auto", start.model().config.hidden_size) is torch.bfloat16:
        told = replace(start.settings, precision="bfloat16")
        yield race(replace(start, settings=told), some, ROUNDS, settings.show)


def _whole(field: Field, train: Train, show: Show, stage: str) -> tuple[Part, Tensor]:
    """Training on all pairs, and whether each held-out pair is right afterwards."""
    show(stage, 0.0, f"{len(field.training)} pairs")
    part, model = timed(field.start, train, field.training)
    return part, rights(model, field.held_out, field.start.tokenizer().pad_token_id)
