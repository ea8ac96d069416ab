"""Shares of judgements that come in clusters, and how sure they are. Pure.

A ranking gives a label many pairs and a dialogue has many labels, so pairs are not as good as independent:
each label has one voice, however many pairs it gives, and the interval reckons with whole dialogues.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from store.intervals import Z95, Interval, wilson

FEW = 10
"""Dialogues among which it cannot be told how far they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Whether each of N cases came out right [N], 0 to 1, double; the numbers of its label and dialogue [N].

    `weight` [N] is 1 over the cases of its label, in every part of the cases as in all.
    """

    right: Tensor
    label: Tensor
    dialogue: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.right)

    def where(self, which: Tensor) -> Outcomes:
        """Those of a mask [N], with the weights that they have."""
        return Outcomes(
            right=self.right[which],
            label=self.label[which],
            dialogue=self.dialogue[which],
            weight=self.weight[which],
        )

    def mean(self, values: Tensor) -> float:
        """Of values [N], each label with one voice; 0 of none."""
        return ((self.weight * values).sum() / self.weight.sum()).item() if len(self) else 0.0


def outcomes(right: Tensor, labels: Sequence[str], dialogues: Sequence[str]) -> Outcomes:
    """Of the cases' labels and dialogues by their ids [N]."""
    label, dialogue = _numbers(labels), _numbers(dialogues)
    cases = torch.bincount(label) if len(label) else label
    return Outcomes(right=right.double(), label=label, dialogue=dialogue, weight=1 / cases[label].double())


def is_right(chosen: Tensor, rejected: Tensor) -> Tensor:
    """1 where the chosen one is above the rejected one, a half where they are equal, else 0; all [N]."""
    return (chosen > rejected).double() + 0.5 * (chosen == rejected).double()


def share(cases: Outcomes) -> Interval:
    """The weighted mean of `right`, with Wilson's interval for as many trials as the cases are worth."""
    value = cases.mean(cases.right)
    trials = effective_trials(cases)
    return wilson(value * trials, trials)


def difference(cases: Outcomes, others: Outcomes) -> Interval:
    """How much more often the cases came out right than others, which are the same cases judged otherwise.

    The mean difference ± 1.96 √v (v as in `effective_trials`); what both share cancels out. Among fewer than
    `FEW` dialogues nothing is known: from -1 to 1.
    """
    gap = cases.right - others.right
    value = cases.mean(gap)
    half = Z95 * math.sqrt(_variance(cases, gap)) if len(cases.dialogue.unique()) >= FEW else 2.0
    return Interval(value=value, low=max(-1.0, value - half), high=min(1.0, value + half))


def effective_trials(cases: Outcomes) -> float:
    """How many independent trials would know the share as well: p (1 - p) / v (Korn and Graubard 1998).

    v is the share's variance where C dialogues are drawn whole: C / (C - 1) · Σ over dialogues of
    (Σ w (right - p))² / (Σ w)². It lies between (Σ W)² / Σ W², as if all that is said on a dialogue
    were one trial, W its weight (Kish 1965), and the number of labels. Where there are fewer than
    `FEW` dialogues, or all cases are alike, v says nothing and the former holds.
    """
    if not len(cases):
        return 0.0
    dialogues, place = cases.dialogue.unique(return_inverse=True)
    least = (cases.weight.sum() ** 2 / _sums(cases.weight, place).square().sum()).item()
    value = cases.mean(cases.right)
    if len(dialogues) < FEW or cases.right.min() == cases.right.max():
        return least
    variance = _variance(cases, cases.right)
    most = max(least, len(cases.label.unique()))
    return min(max(least, value * (1 - value) / max(variance, 1e-12)), most)


def _variance(cases: Outcomes, values: Tensor) -> float:
    """Of the mean of values [N], were the dialogues drawn again; see `effective_trials`."""
    dialogues, place = cases.dialogue.unique(return_inverse=True)
    strayed = _sums(cases.weight * (values - cases.mean(values)), place) / cases.weight.sum()
    return (strayed.square().sum() * len(dialogues) / (len(dialogues) - 1)).item()


def _sums(values: Tensor, place: Tensor) -> Tensor:
    return torch.zeros(int(place.max()) + 1, dtype=torch.double).index_add(0, place, values)


def _numbers(ids: Sequence[str]) -> Tensor:
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(one, len(numbers)) for one in ids], dtype=torch.long)
