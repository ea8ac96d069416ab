"""What an ensemble's members say together, of scores [K, N]: one voice, or how far they differ. Pure."""

from __future__ import annotations

from torch import Tensor


def mean(scores: Tensor) -> Tensor:
    """The members' mean [N] of scores [K, N]."""
    return scores.mean(dim=0)


def worst(scores: Tensor) -> Tensor:
    """The lowest of the members' scores [N] of [K, N] (worst-case optimisation, Coste et al. 2023)."""
    return scores.amin(dim=0)


def variance(scores: Tensor) -> Tensor:
    """The mean squared distance [N] from the members' mean, of scores [K, N]; one member has none."""
    return scores.var(dim=0, unbiased=False)


def penalised(scores: Tensor, coef: float) -> Tensor:
    """mean - coef · variance over the members, [N] (uncertainty-weighted optimisation, Coste et al. 2023).

    A variance is in squared units of the score, so what `coef` does depends on the scores' scale.
    """
    return mean(scores) - coef * variance(scores)
