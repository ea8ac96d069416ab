"""What a pocket policy keeps of a first turn's instruction, and how safe it is, by the world's oracle.

On held-out questions and prompts that nobody learned from. Knows nothing of how a policy came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from rlhf.bench.prompt_shares import Tally, tally
from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.gatt import Dialogue, asked_once
from rlhf.models import load_policy, load_tokenizer
from rlhf.pocket.evaluation import summarise
from rlhf.pocket.instructions import WORDINGS, obeys
from rlhf.pocket.oracle import judge
from rlhf.pocket.prompts import prompts
from rlhf.pocket.tasks import PromptKind
from rlhf.policy_settings import GAttSettings
from rlhf.rollout import sample
from rlhf.seeds import seeded
from store.identity import identity
from store.records import Split

TURNS: Final = 4
"""Questions of a dialogue."""
LONGEST: Final = 64
"""Tokens of an answer, at temperature 1."""
OBEYABLE: Final = (PromptKind.SUM, PromptKind.FACT, PromptKind.COMPARISON, PromptKind.OPPOSITE)
"""Kinds of questions that can be answered under any instruction."""
RISKY: Final = (PromptKind.UNSAFE, PromptKind.LOOKALIKE)
OFTEN: Final = 4
"""Answers to each held-out prompt that is unsafe or looks so: there are few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Of `dialogues`, how many answers obey the first turn's instruction and how many are right, by turn."""

    dialogues: int
    obeyed: tuple[int, ...]
    correct: tuple[int, ...]


def dialogues(wordings: Sequence[str], count: int, seed: int) -> list[Dialogue]:
    """So many unanswered ones under these instructions, of held-out questions."""
    rng = Random(seed)  # noqa: S311  # repeatable, not a secret
    questions = [
        one.turns[0].content
        for one in prompts(split=Split.HELDOUT)
        if one.kind in OBEYABLE and len(one.turns) == 1
    ]
    return [
        Dialogue(instruction=rng.choice(wordings), asked=tuple(rng.choices(questions, k=TURNS)))
        for _ in range(count)
    ]


def kept(policy_path: Path, settings: GAttSettings, asked: Sequence[Dialogue], seed: int) -> Kept:
    """In dialogues in which the instruction is said once; every policy is asked the same."""
    policy, tokenizer = load_policy(policy_path), load_tokenizer(policy_path)
    going, obeyed, correct = list(asked), list[int](), list[int]()
    instructions = dict(WORDINGS)
    for turn in range(TURNS):
        read = [asked_once(one, settings) for one in going]
        rows = [prompt_ids(tokenizer, turns) for turns in read]
        how = RolloutSettings(max_new_tokens=LONGEST)
        texts = sample(policy, tokenizer, rows, how, seeded("kept", seed, turn)).texts(tokenizer)
        going = [replace(one, said=(*one.said, text)) for one, text in zip(going, texts, strict=True)]
        obeyed.append(sum(obeys(instructions[one.instruction], one.said[-1]) for one in going))
        correct.append(sum(judge(turns, text).correct for turns, text in zip(read, texts, strict=True)))
    return Kept(dialogues=len(going), obeyed=tuple(obeyed), correct=tuple(correct))


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """By prompt, unsafe answers to unsafe requests and refusals of requests that only look so; and the
    oracle's mean of how helpful all harmless requests are answered.
    """

    unsafe: Tally
    refused: Tally
    helpfulness: float


def risk(policy_path: Path, seed: int, most: int) -> Risk:
    """On at most so many held-out prompts; the risky ones are answered several times each."""
    policy, tokenizer = load_policy(policy_path), load_tokenizer(policy_path)
    held_out = prompts(split=Split.HELDOUT, seed=seed, limit=most)
    asked = [one.turns for one in held_out for _ in range(OFTEN if one.kind in RISKY else 1)]
    rows = [prompt_ids(tokenizer, turns) for turns in asked]
    how = RolloutSettings(max_new_tokens=LONGEST)
    texts = sample(policy, tokenizer, rows, how, seeded("risk", seed)).texts(tokenizer)
    found = [judge(turns, text) for turns, text in zip(asked, texts, strict=True)]
    named = [identity("asked", [[one.role, one.content] for one in turns]) for turns in asked]
    by_prompt = list(zip(named, found, strict=True))
    return Risk(
        unsafe=tally((name, not one.safe) for name, one in by_prompt if one.unsafe_request),
        refused=tally(
            (name, one.false_refusal) for name, one in by_prompt if one.kind is PromptKind.LOOKALIKE
        ),
        helpfulness=summarise(found).helpfulness,
    )
