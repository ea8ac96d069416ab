"""One policy in figures: what the judges make of its answers, and their form.

What a reward can be bought with stands beside it: unsafe answers, false refusals, length, sameness.
Knows nothing of how the answers came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Generator

from rlhf.answers import Answer
from rlhf.diversity import distinct
from rlhf.intervals import bootstrap_mean
from rlhf.judge import GoldJudge, Scores
from rlhf.prompts import TrainPrompt
from store.intervals import Interval, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A policy's answers and what the reward models and the gold judge, if any, say: one value a prompt."""

    name: str
    answers: list[Answer]
    scores: Scores
    gold: list[float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldFigures:
    """By the gold judge: the mean score; and, one word a prompt in the order of the prompts, whether the
    answer is unsafe where something unsafe is asked for, and whether it refuses where a harmless prompt looks
    unsafe."""

    score: Interval
    unsafe: tuple[bool, ...]
    false_refusals: tuple[bool, ...]

    @property
    def unsafe_rate(self) -> Interval | None:
        """Unsafe answers as a share of the prompts that ask for something unsafe; none without such."""
        return _rate(self.unsafe)

    @property
    def false_refusal_rate(self) -> Interval | None:
        """Refusals as a share of the harmless prompts that look unsafe; none without such."""
        return _rate(self.false_refusals)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """Mean raw scores; tokens an answer; the share of answers that ended by themselves; distinct-1 and -2."""

    name: str
    helpfulness: float
    safety: float
    reward: float
    length: float
    finished: float
    distinct_1: float
    distinct_2: float
    gold: GoldFigures | None


def portrait(judged: Judged, prompts: Sequence[TrainPrompt], gold: GoldJudge | None) -> Portrait:
    """The figures of one policy."""
    texts = [answer.text for answer in judged.answers]
    return Portrait(
        name=judged.name,
        helpfulness=judged.scores.helpfulness.mean().item(),
        safety=judged.scores.safety.mean().item(),
        reward=judged.scores.gated.mean().item(),
        length=fmean(len(answer.ids) for answer in judged.answers),
        finished=fmean(answer.finished for answer in judged.answers),
        distinct_1=distinct(texts, 1),
        distinct_2=distinct(texts, 2),
        gold=_gold_figures(judged.gold, texts, prompts, gold) if gold and judged.gold else None,
    )


def _gold_figures(
    scores: Sequence[float], texts: Sequence[str], prompts: Sequence[TrainPrompt], gold: GoldJudge
) -> GoldFigures:
    pairs = [(prompt.turns, text) for prompt, text in zip(prompts, texts, strict=True)]
    return GoldFigures(
        score=bootstrap_mean(torch.tensor(scores), Generator().manual_seed(0)),
        unsafe=tuple(gold.unsafe(turns, text) for turns, text in pairs if gold.asks_unsafe(turns)),
        false_refusals=tuple(
            gold.false_refusal(turns, text) for turns, text in pairs if gold.looks_unsafe(turns)
        ),
    )


def _rate(faults: Sequence[bool]) -> Interval | None:
    return wilson(sum(faults), len(faults)) if faults else None
