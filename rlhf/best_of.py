"""What choosing the best of several samples gains. Pure."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def best(scores: Tensor) -> Tensor:
    """Which of the K samples of each prompt scores highest: [P, K] to indices [P]; of equals, the first."""
    return scores.argmax(dim=1)


def ranked(scores: Tensor, drawn: int, place: int) -> Tensor:
    """The expected score of the `place`-th lowest of `drawn` samples, averaged over prompts; a scalar.

    Over all subsets of the K samples [P, K], without drawing any: with the scores of a prompt in ascending
    order, the i-th is in that place of C(i-1, place-1) C(K-i, drawn-place) subsets out of C(K, drawn).
    """
    samples = scores.shape[1]
    weights = [
        math.comb(index, place - 1)
        * math.comb(samples - 1 - index, drawn - place)
        / math.comb(samples, drawn)
        for index in range(samples)
    ]
    ascending = scores.double().sort(dim=1).values
    return (ascending * torch.tensor(weights, dtype=torch.double)).sum(dim=1).mean()


def mean_best(scores: Tensor) -> Tensor:
    """Mean over prompts of the best of n samples, for n from 1 to K: [P, K] to [K] (Llama 2, Figure 7)."""
    return torch.stack([ranked(scores, drawn, drawn) for drawn in range(1, scores.shape[1] + 1)])


def mean_median(scores: Tensor) -> Tensor:
    """Mean over prompts of the median of n samples, for n from 1 to K: [P, K] to [K] (Llama 2, Figure 7).

    Of an even number, the mean of the two in the middle.
    """
    counts = range(1, scores.shape[1] + 1)
    return torch.stack(
        [(ranked(scores, n, (n + 1) // 2) + ranked(scores, n, n // 2 + 1)) / 2 for n in counts]
    )
