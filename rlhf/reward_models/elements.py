"""Preferences as token ids: what a reward model is trained on and measured with. Knows no model."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerBase

from rlhf.chat import prompt_ids, response_ids
from rlhf.reward_models.margins import margins
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rows of token ids; `weight` is 1 over its label's pairs; safety is 1.0, 0.0 or NaN for unknown."""

    chosen: tuple[int, ...]
    rejected: tuple[int, ...]
    margin: float
    weight: float
    chosen_safe: float = math.nan
    rejected_safe: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A preference and its token ids; how long its responses are, and whether it was truncated."""

    preference: Preference
    pair: Pair
    chosen_length: int
    rejected_length: int
    truncated: bool


def encode(
    rows: Sequence[Preference], tokenizer: PreTrainedTokenizerBase, settings: RewardSettings
) -> list[Encoded]:
    """Each preference as token ids; rows longer than `max_tokens` keep their end, where the response is."""
    if not rows:
        return []
    degrees = torch.tensor([int(row.degree) for row in rows])
    gaps = margins(degrees, settings.margin).tolist()
    of_label = Counter(row.label_id for row in rows)
    return [
        _encode(row, gap, 1 / of_label[row.label_id], tokenizer, settings.max_tokens)
        for row, gap in zip(rows, gaps, strict=True)
    ]


def _encode(
    row: Preference, margin: float, weight: float, tokenizer: PreTrainedTokenizerBase, longest: int
) -> Encoded:
    prompt = prompt_ids(tokenizer, row.turns)
    chosen, rejected = response_ids(tokenizer, row.chosen), response_ids(tokenizer, row.rejected)
    pair = Pair(
        chosen=tuple((prompt + chosen)[-longest:]),
        rejected=tuple((prompt + rejected)[-longest:]),
        margin=margin,
        weight=weight,
        chosen_safe=_number(row.chosen_safe),
        rejected_safe=_number(row.rejected_safe),
    )
    return Encoded(
        preference=row,
        pair=pair,
        chosen_length=len(chosen),
        rejected_length=len(rejected),
        truncated=len(prompt) + max(len(chosen), len(rejected)) > longest,
    )


def _number(safe: bool | None) -> float:
    return math.nan if safe is None else float(safe)
