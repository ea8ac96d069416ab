"""Preferences as token ids: what a reward model is trained on and measured with. Knows no model.

An element is a prompt: all its pairs, whether of a chat turn, a pair or a ranking, meet in one step, since
shuffled pairs of a ranking overfit (InstructGPT, §3.5), and each distinct response passes the model once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.reward_models.margins import margins
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from store.records import Turn

ELEMENT_TOKENS = 4096
"""A prompt with more than so many packed tokens is several elements, so that a batch stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response and the prompt that it is read after, as token ids."""

    prompt: tuple[int, ...]
    response: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A preference as a model reads it.

    `scale` multiplies its ranking loss; `weight` is how far its label is believed, over the label's pairs;
    safety is 1.0, 0.0 or NaN for unknown. Lengths are of the whole responses, in tokens; `truncated` tells
    that a side lost its beginning.
    """

    preference: Preference
    chosen: Answer
    rejected: Answer
    margin: float
    weight: float
    chosen_length: int
    rejected_length: int
    scale: float = 1.0
    chosen_safe: float = math.nan
    rejected_safe: float = math.nan
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """Pairs of one prompt: each distinct answer once, and for each pair the numbers of its two answers."""

    pairs: tuple[Encoded, ...]
    answers: tuple[Answer, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]

    @property
    def tokens(self) -> int:
        """How many tokens pass the model: each answer's response, and each prompt once."""
        return _packed_tokens(self.answers)


def encode(
    rows: Sequence[Preference], tokenizer: PreTrainedTokenizerBase, settings: RewardSettings
) -> list[Encoded]:
    """Each preference as token ids, of which at most `max_tokens` a side.

    With the `scaled` loss a pair has no margin; its ranking loss is taken times its degree.
    """
    if not rows:
        return []
    degrees = torch.tensor([int(row.degree) for row in rows])
    scaled = settings.loss == "scaled"
    gaps = margins(degrees, settings.margin_used).tolist()
    of_label = _pairs_of_labels(rows)
    read: dict[tuple[Turn, ...], list[int]] = {}
    encoded = []
    for row, gap in zip(rows, gaps, strict=True):
        prompt = read.get(row.turns) or read.setdefault(row.turns, prompt_ids(tokenizer, row.turns))
        chosen, rejected = response_ids(tokenizer, row.chosen), response_ids(tokenizer, row.rejected)
        encoded.append(
            Encoded(
                preference=row,
                chosen=answer(prompt, chosen, settings.max_tokens),
                rejected=answer(prompt, rejected, settings.max_tokens),
                margin=gap,
                scale=float(row.degree) if scaled else 1.0,
                weight=row.weight / of_label[row.label_id],
                chosen_safe=_number(row.chosen_safe),
                rejected_safe=_number(row.rejected_safe),
                chosen_length=len(chosen),
                rejected_length=len(rejected),
                truncated=len(prompt) + max(len(chosen), len(rejected)) > settings.max_tokens,
            )
        )
    return encoded


def answer(prompt: Sequence[int], response: Sequence[int], longest: int) -> Answer:
    """At most `longest` tokens: the prompt loses its beginning, then the response.

    The cut depends on nothing but this answer, and so does its score.
    """
    kept = response[-longest:]
    return Answer(prompt=tuple(prompt[max(0, len(prompt) + len(kept) - longest) :]), response=tuple(kept))


def by_prompt(rows: Sequence[Encoded]) -> list[Element]:
    """All pairs of a prompt in one element, or in several where they are more than `ELEMENT_TOKENS`."""
    prompts: dict[tuple[Turn, ...], list[Encoded]] = {}
    for row in rows:
        prompts.setdefault(row.preference.turns, []).append(row)
    return [_element(part) for pairs in prompts.values() for part in _parts(pairs)]


def _parts(pairs: Sequence[Encoded]) -> list[list[Encoded]]:
    parts: list[list[Encoded]] = [[]]
    seen: dict[Answer, None] = {}
    for pair in pairs:
        seen |= {pair.chosen: None, pair.rejected: None}
        if parts[-1] and _packed_tokens(seen) > ELEMENT_TOKENS:
            parts.append([])
            seen = {pair.chosen: None, pair.rejected: None}
        parts[-1].append(pair)
    return parts


def _element(pairs: Sequence[Encoded]) -> Element:
    numbers: dict[Answer, int] = {}
    sides = [
        (numbers.setdefault(pair.chosen, len(numbers)), numbers.setdefault(pair.rejected, len(numbers)))
        for pair in pairs
    ]
    return Element(
        pairs=tuple(pairs),
        answers=tuple(numbers),
        chosen=tuple(chosen for chosen, _ in sides),
        rejected=tuple(rejected for _, rejected in sides),
    )


def _packed_tokens(answers: Iterable[Answer]) -> int:
    answers = tuple(answers)
    prompts = {answer.prompt for answer in answers}
    return sum(map(len, prompts)) + sum(len(answer.response) for answer in answers)


def _pairs_of_labels(rows: Sequence[Preference]) -> Counter[str]:
    """How many pairs each label says something of; one that counts both ways round is one."""
    return Counter(
        label for label, _ in {(row.label_id, frozenset((row.chosen_id, row.rejected_id))) for row in rows}
    )


def _number(safe: bool | None) -> float:
    return math.nan if safe is None else float(safe)
