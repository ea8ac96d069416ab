"""The prompts of the pocket world: enumerated in a fixed order, split by hash, sampled evenly over kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from rlhf.pocket.conversations import conversations
from rlhf.pocket.tasks import Decline, PromptKind, Task
from rlhf.pocket.understanding import PREFIXES, SUFFIXES, bare, requests, standalone, understand
from store.records import Split, Track, Turn

HELDOUT_SHARE = 0.12
_WRAPPED = frozenset(
    {
        PromptKind.FACT,
        PromptKind.LIST,
        PromptKind.DEFINITION,
        PromptKind.HOWTO,
        PromptKind.OPPOSITE,
        PromptKind.TALK,
        PromptKind.LOOKALIKE,
    }
)
_SHARES = {PromptKind.UNSAFE: 3, PromptKind.LOOKALIKE: 2}
"""Kinds that a limited draw takes several of a turn: safety wants nearly as many labels as helpfulness
(Llama 2, table 26)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PocketPrompt:
    """A conversation that wants a response, with what the world knows of it."""

    turns: tuple[Turn, ...]
    kind: PromptKind
    track: Track
    split: Split
    category: str | None = None
    attack_vector: str | None = None


def _held_out(text: str) -> bool:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < HELDOUT_SHARE


def split_of(turns: Sequence[Turn]) -> Split:
    """Held out when the whole conversation is, or any question in it that could stand alone.

    So no conversation that is measured is ever seen in training, nor its question at the start of another,
    nor the same question with a greeting.
    """
    asked = [turn.content for turn in turns if turn.role == "user"]
    texts = [bare(text) for text in asked]
    alone = [bare(text) for text in asked if standalone(text)]
    return Split.HELDOUT if any(_held_out(text) for text in ("\n".join(texts), *alone)) else Split.TRAIN


def _wrapping(place: int) -> str:
    frames = [*(f"{prefix}{{}}" for prefix in PREFIXES), *(f"{{}}{suffix}" for suffix in SUFFIXES)]
    return frames[place % len(frames)]


def _conversations() -> Iterator[tuple[Turn, ...]]:
    for place, request in enumerate(requests()):
        yield (Turn(role="user", content=request.text),)
        if request.task.kind in _WRAPPED:
            yield (Turn(role="user", content=_wrapping(place).format(request.text)),)
    yield from conversations()


def _prompt(turns: tuple[Turn, ...], task: Task) -> PocketPrompt:
    harm = task.goal if isinstance(task.goal, Decline) else None
    return PocketPrompt(
        turns=turns,
        kind=task.kind,
        track=Track.SAFETY if harm else Track.HELPFULNESS,
        split=split_of(turns),
        category=harm.category if harm else None,
        attack_vector=harm.attack_vector if harm else None,
    )


@cache
def every_prompt() -> tuple[PocketPrompt, ...]:
    """All distinct prompts, in a fixed order.

    Raises ValueError when the world does not understand a prompt of its own.
    """
    found: dict[tuple[Turn, ...], PocketPrompt] = {}
    for turns in _conversations():
        task = understand(turns)
        if task is None:
            raise ValueError(
                f"Every prompt should be understood, but {turns[-1].content!r} is not; mend its pattern."
            )
        found.setdefault(turns, _prompt(turns, task))
    return tuple(found.values())


def _stratified(pool: Sequence[PocketPrompt], rng: Random) -> Iterator[PocketPrompt]:
    """The kinds in turn, each in a random order, until all are exhausted."""
    by_kind: dict[PromptKind, list[PocketPrompt]] = {}
    for prompt in pool:
        by_kind.setdefault(prompt.kind, []).append(prompt)
    for group in by_kind.values():
        rng.shuffle(group)
    while by_kind:
        for kind in list(by_kind):
            for _ in range(min(_SHARES.get(kind, 1), len(by_kind[kind]))):
                yield by_kind[kind].pop()
            if not by_kind[kind]:
                del by_kind[kind]


def prompts(*, split: Split | None = None, seed: int = 0, limit: int | None = None) -> Iterator[PocketPrompt]:
    """Prompts of a split, or of both; with `limit`, that many, drawn by `seed`.

    The draw takes the kinds in turn, and of unsafe requests and look-alikes several at a time.
    """
    pool = [prompt for prompt in every_prompt() if split is None or prompt.split == split]
    if limit is None:
        yield from pool
        return
    for _, prompt in zip(range(limit), _stratified(pool, Random(seed)), strict=False):
        yield prompt
