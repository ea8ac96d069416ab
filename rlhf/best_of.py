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


def deviation(scores: Tensor) -> Tensor:
    """How far a prompt's samples lie apart: the root of the mean over prompts of their variance, a scalar.

    Of K samples [P, K]; of a single one 0.
    """
    samples = scores.shape[1]
    return scores.double().var(dim=1, correction=min(1, samples - 1)).mean().sqrt()


def enough(scores: Tensor, least_gain: float) -> int:
    """The fewest samples from which on no doubling raises the mean best by more than `least_gain` deviations.

    Of the K samples [P, K] a doubling can be told up to K / 2: where even the last one gains more, and where
    `least_gain` is 0, all K. "From which on": of a good answer that is rare, the first doublings gain little
    and later ones much.
    """
    samples, bests = scores.shape[1], mean_best(scores).tolist()
    least = least_gain * deviation(scores).item()
    worthwhile = [n for n in range(1, samples // 2 + 1) if _gains(bests[n - 1], bests[2 * n - 1], least)]
    if not least_gain or samples // 2 in worthwhile:
        return samples
    return max(worthwhile, default=0) + 1


def _gains(fewer: float, more: float, least: float) -> bool:
    """Whether it is more by more than `least`, and by more than rounding."""
    return more - fewer > least and not math.isclose(more, fewer)


EQUAL = 1e-4
"""Scores this close are of the same text, which in another batch differs in its last digits."""


def choosing_kl(scores: Tensor) -> Tensor:
    """KL(best of K ‖ policy) of each prompt, estimated from its K samples [P, K], in nats: [P].

    Where a policy says the same again, choosing moves it less: with F the share of samples up to a score that
    came twice or more, and F- of those below it, choosing gives it the probability F^K - (F-)^K in place of
    F - F-. A score that came once counts as one of infinitely many, by the integral of K u^(K-1) ln K u^(K-1)
    from F- to F. So samples that all differ give ln K - (K-1)/K, and samples that are all alike give 0.
    """
    samples = scores.shape[1]
    ascending = scores.double().sort(dim=1).values
    last = torch.ones_like(ascending, dtype=torch.bool)
    last[:, :-1] = ascending[:, 1:] > ascending[:, :-1] + EQUAL
    upto = torch.arange(1, samples + 1, dtype=torch.double).expand_as(ascending) / samples
    below = upto.where(last, 0.0).cummax(dim=1).values.roll(1, dims=1)
    below[:, 0] = 0
    chosen = upto**samples - below**samples
    once = (upto - below) * samples < 1.5
    shift = torch.where(
        once, _up_to(upto, samples) - _up_to(below, samples), chosen * (chosen / (upto - below)).log()
    )
    return shift.where(last, 0.0).sum(dim=1)


def _up_to(share: Tensor, samples: int) -> Tensor:
    """∫ K u^(K-1) ln(K u^(K-1)) du from 0 to the share."""
    return share**samples * most_kl(samples) + (samples - 1) * share ** (samples - 1) * torch.xlogy(
        share, share
    )


def most_kl(samples: int) -> float:
    """ln K - (K-1)/K: the most that choosing the best of K may move a policy, in nats."""
    return math.log(samples) - (samples - 1) / samples
