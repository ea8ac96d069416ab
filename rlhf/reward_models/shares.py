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

    What both share cancels out. The interval is that of paired proportions (Bonett and Price 2012) for as
    many trials n as the cases are worth: with p = (n · gained + 1) / (n + 2) and q = (n · lost + 1) / (n + 2)
    it is p - q ± 1.96 √((p + q - (p - q)²) / (n + 2)).
    """
    gap = cases.right - others.right
    gained, lost = cases.mean(gap.clamp(min=0)), cases.mean((-gap).clamp(min=0))
    trials = _trials(cases, gap, gained + lost - (gained - lost) ** 2)
    more, less = ((trials * share + 1) / (trials + 2) for share in (gained, lost))
    half = Z95 * math.sqrt((more + less - (more - less) ** 2) / (trials + 2))
    return Interval(value=gained - lost, low=max(-1.0, more - less - half), high=min(1.0, more - less + half))


def effective_trials(cases: Outcomes) -> float:
    """How many independent trials would know the share as well: p (1 - p) / v (Korn and Graubard 1998).

    v is the share's variance where C dialogues are drawn whole: C / (C - 3) · Σ over dialogues of
    (Σ w (right - p))² / (Σ w)², where the 3 stands for the 1 of a variance and for how little C dialogues
    know of one (Student's quantile). C is (Σ W)² / Σ W², as if all that is said on a dialogue were one trial,
    W its weight (Kish 1965). The trials lie between C and the number of labels. Where C is less than `FEW`,
    or all cases are alike, v says nothing, and they are C.
    """
    value = cases.mean(cases.right)
    return _trials(cases, cases.right, value * (1 - value))


def _trials(cases: Outcomes, values: Tensor, spread: float) -> float:
    """The same of the mean of values [N], of which one trial has the variance `spread`."""
    if not len(cases):
        return 0.0
    total, place = cases.weight.sum(), cases.dialogue.unique(return_inverse=True)[1]
    least = (total**2 / _sums(cases.weight, place).square().sum()).item()
    if least < FEW or values.min() == values.max():
        return least
    strayed = _sums(cases.weight * (values - cases.mean(values)), place) / total
    variance = strayed.square().sum().item() * least / (least - 3)
    most = max(least, len(cases.label.unique()))
    return min(max(least, spread / max(variance, 1e-12)), most)


def _sums(values: Tensor, place: Tensor) -> Tensor:
    return torch.zeros(int(place.max()) + 1, dtype=torch.double).index_add(0, place, values)


def _numbers(ids: Sequence[str]) -> Tensor:
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(one, len(numbers)) for one in ids], dtype=torch.long)
