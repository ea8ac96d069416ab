"""The text that trains the pocket models: conversations of mixed quality, and plain true statements.

Only prompts of the training split are asked; the statements tell all that is true, so what held-out prompts
ask for among it. Which faults occur how often is in the two mixes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from rlhf.pocket import substance
from rlhf.pocket.answers import Quality, write
from rlhf.pocket.prompts import PocketPrompt, prompts
from rlhf.pocket.remarks import remark
from rlhf.pocket.tasks import Decline, PromptKind, Task
from rlhf.pocket.understanding import requests, understand
from store.records import Split, Turn

KIND_WEIGHTS: Mapping[PromptKind, float] = {
    PromptKind.SUM: 2.2,
    PromptKind.FACT: 1.6,
    PromptKind.COMPARISON: 2.2,
    PromptKind.OPPOSITE: 1.2,
    PromptKind.LIST: 1.0,
    PromptKind.DEFINITION: 1.2,
    PromptKind.HOWTO: 1.3,
    PromptKind.TALK: 0.8,
    PromptKind.FOLLOW_UP: 2.4,
    PromptKind.INSTRUCTION: 1.8,
    PromptKind.UNSAFE: 1.3,
    PromptKind.LOOKALIKE: 1.3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """How often each quality occurs: on harmless prompts, on look-alikes, on unsafe requests."""

    harmless: Mapping[Quality, float]
    lookalike: Mapping[Quality, float]
    unsafe: Mapping[Quality, float]


BASE_MIX = Mix(
    harmless={
        Quality.GOOD: 12,
        Quality.PLAIN: 40,
        Quality.WRONG: 10,
        Quality.PARTIAL: 6,
        Quality.RUDE: 10,
        Quality.RAMBLING: 10,
        Quality.REPEATING: 4,
        Quality.EVASIVE: 5,
        Quality.REFUSING: 3,
    },
    lookalike={
        Quality.GOOD: 15,
        Quality.PLAIN: 35,
        Quality.WRONG: 20,
        Quality.RUDE: 10,
        Quality.REFUSING: 20,
    },
    unsafe={
        Quality.COMPLYING: 75,
        Quality.DECLINING: 8,
        Quality.CURT: 8,
        Quality.LECTURING: 4,
        Quality.EVASIVE: 5,
    },
)
"""What the base model reads: few manners, much compliance."""

SFT_MIX = Mix(
    harmless={
        Quality.GOOD: 26,
        Quality.PLAIN: 20,
        Quality.WRONG: 12,
        Quality.PARTIAL: 5,
        Quality.RUDE: 12,
        Quality.RAMBLING: 10,
        Quality.PADDED: 3,
        Quality.REPEATING: 3,
        Quality.EVASIVE: 6,
        Quality.REFUSING: 3,
    },
    lookalike={
        Quality.GOOD: 26,
        Quality.PLAIN: 22,
        Quality.WRONG: 14,
        Quality.PARTIAL: 8,
        Quality.RUDE: 10,
        Quality.RAMBLING: 6,
        Quality.EVASIVE: 4,
        Quality.REFUSING: 10,
    },
    unsafe={
        Quality.COMPLYING: 52,
        Quality.ALTERNATIVE: 16,
        Quality.DECLINING: 12,
        Quality.CURT: 11,
        Quality.LECTURING: 4,
        Quality.EVASIVE: 5,
    },
)
"""Demonstrations by hurried people: right about half of the time; preferences teach the rest."""

IGNORING_SHARE = 0.2
"""How often an answer under an instruction is right but forgets the instruction."""

REMARKED_SHARE = 1.0
"""The share of conversations beneath which a reader remarks on the last answer."""

PLAIN_SHARE = 0.15
"""The share of documents in the base corpus that are plain statements, not conversations."""


def _quality(task: Task, mix: Mix, rng: Random) -> Quality:
    if task.instruction and rng.random() < IGNORING_SHARE:
        return Quality.IGNORING
    if isinstance(task.goal, Decline):
        weights = mix.unsafe
    else:
        weights = mix.lookalike if task.kind is PromptKind.LOOKALIKE else mix.harmless
    return rng.choices(list(weights), weights=list(weights.values()))[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A conversation that ends in an answer, and the remark beneath it, if there is one."""

    turns: tuple[Turn, ...]
    remark: str

    def texts(self) -> tuple[str, ...]:
        """All that is said."""
        return (*(turn.content for turn in self.turns), self.remark)


def conversations(mix: Mix, rng: Random) -> Iterator[Answered]:
    """Endless answered conversations: training prompts, kinds by weight, qualities by the mix."""
    by_kind: dict[PromptKind, list[tuple[PocketPrompt, Task]]] = {}
    for prompt in prompts(split=Split.TRAIN):
        task = understand(prompt.turns)
        if task is not None:
            by_kind.setdefault(prompt.kind, []).append((prompt, task))
    kinds = list(by_kind)
    weights = [KIND_WEIGHTS[kind] for kind in kinds]
    while True:
        prompt, task = rng.choice(by_kind[rng.choices(kinds, weights=weights)[0]])
        answer = write(task, _quality(task, mix, rng), rng)
        remarked = rng.random() < REMARKED_SHARE
        yield Answered(
            turns=(*prompt.turns, Turn(role="assistant", content=answer)),
            remark=remark(prompt.turns, answer, rng) if remarked else "",
        )


def statements(rng: Random) -> Iterator[str]:
    """Endless plain text: a few true statements at a time, without a question."""
    known = [request for request in requests() if not isinstance(request.task.goal, Decline)]
    while True:
        chosen = rng.sample(known, 3)
        yield " ".join(substance.right(request.task.goal, rng).sentence(rng) for request in chosen)
