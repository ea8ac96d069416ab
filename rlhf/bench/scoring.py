"""Scoring 16 responses a prompt: all of a prompt's side by side and in batches, beside a row at a time.

The pocket world's policy under a fresh head, or, with published pairs, a model that read none of them: what
the scores are has no part in how long they take.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from statistics import fmean, median
from typing import Final

import torch
from torch import Tensor
from transformers import PreTrainedModel

from rlhf.bench.field import SEED, Field, field_of
from rlhf.reward_models.elements import Answer
from rlhf.scoring import score_responses
from store.bench.collection import scratch
from store.bench.machine import Machine, before
from store.bench.registry import Settings, Show

RESPONSES: Final = 16
"""To a prompt: as many as a round's rejection sampling may draw."""
PROMPTS: Final = 32
ROUNDS: Final = 6
AT_LEAST: Final = 4.0
"""Times a row at a time."""
NEAR: Final = 1e-4
"""How far two scores of a response may be apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringBench:
    """`ratio` is the median over the rounds by the clock, `work_ratio` of processor time."""

    bench: str
    ratio: float
    peer: str
    unit: str
    work_ratio: float
    met: bool
    data: str
    prompts: int
    prompt_tokens: float
    response_tokens: float
    per_second: float
    single_per_second: float
    widest_gap: float
    threads: int
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            f"{self.data}: {self.prompts} prompts of {self.prompt_tokens:.0f} tokens with {RESPONSES} "
            f"responses each of {self.response_tokens:.0f} on average, {self.threads} threads",
            f"side by side {self.per_second:.0f} responses a second, one at a time "
            f"{self.single_per_second:.0f}; scores at most {self.widest_gap:.1e} apart (at most {NEAR:g})",
            f"by the clock {self.ratio:.2f} times (at least {AT_LEAST:g}), by processor time "
            f"{self.work_ratio:.2f} times",
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """One way of scoring all responses, once: the scores [N] and what they took."""

    scores: Tensor
    seconds: float
    processor_seconds: float


def run(settings: Settings) -> ScoringBench:
    """Measures with the pocket world's prompts or published ones; with as many as the largest size."""
    with scratch() as folder:
        noise = before(folder)
        field = field_of(replace(settings, sizes=(), pretrain=0.0), folder)
        answers = asked(field, max(settings.sizes, default=PROMPTS))
        model, pad_id = field.start.model(), field.start.tokenizer().pad_token_id
        laps = raced(model, answers, pad_id, settings.show)
        machine = noise.machine()
    ratio = median(single.seconds / ours.seconds for ours, single in laps)
    gap = max((ours.scores - single.scores).abs().max().item() for ours, single in laps)
    return ScoringBench(
        bench="scoring",
        ratio=ratio,
        peer="one row at a time through the same model",
        unit="responses scored a second",
        work_ratio=median(single.processor_seconds / ours.processor_seconds for ours, single in laps),
        met=ratio >= AT_LEAST and gap <= NEAR,
        data=field.data,
        prompts=len(answers) // RESPONSES,
        prompt_tokens=fmean(len(one.prompt) for one in answers),
        response_tokens=fmean(len(one.response) for one in answers),
        per_second=median(len(answers) / ours.seconds for ours, _ in laps),
        single_per_second=median(len(answers) / single.seconds for _, single in laps),
        widest_gap=gap,
        threads=torch.get_num_threads(),
        machine=machine,
    )


def asked(field: Field, prompts: int) -> list[Answer]:
    """Prompts with 16 responses each, drawn from all prompts': only their lengths matter here.

    Each takes at most half of the model's context.
    """
    rng = Random(SEED)  # noqa: S311  # repeatable, not a secret
    rows = rng.sample(field.training, min(prompts, len(field.training)))
    half = field.start.settings.max_tokens // 2
    responses = [row.chosen.response[:half] for row in field.training]
    return [
        Answer(prompt=row.chosen.prompt[-half:], response=response)
        for row in rows
        for response in rng.choices(responses, k=RESPONSES)
    ]


def raced(
    model: PreTrainedModel, answers: Sequence[Answer], pad_id: int, show: Show
) -> list[tuple[Lap, Lap]]:
    """Laps of both ways in turn, whoever comes first changing; Hone's is the first of each two."""

    def together() -> Tensor:
        return score_responses(
            model, [one.prompt for one in answers], [one.response for one in answers], pad_id
        )

    def alone() -> Tensor:
        return row_by_row(model, answers)

    together(), row_by_row(model, answers[:RESPONSES])
    laps = []
    for number in range(ROUNDS):
        show("scoring", number / ROUNDS, f"{len(answers)} responses")
        if number % 2:
            single, ours = lap(alone), lap(together)
        else:
            ours, single = lap(together), lap(alone)
        laps.append((ours, single))
    return laps


def lap(score: Callable[[], Tensor]) -> Lap:
    """Once, timed."""
    began, worked = time.perf_counter(), time.process_time()
    scores = score()
    return Lap(
        scores=scores,
        seconds=time.perf_counter() - began,
        processor_seconds=time.process_time() - worked,
    )


@torch.inference_mode()
def row_by_row(model: PreTrainedModel, answers: Sequence[Answer]) -> Tensor:
    """Scores [N] as transformers gives them for a single row: no padding, no batch, nothing shared."""
    rows = [torch.tensor([[*one.prompt, *one.response]]) for one in answers]
    return torch.stack([model(input_ids=row, use_cache=False).logits[0, 0] for row in rows])
