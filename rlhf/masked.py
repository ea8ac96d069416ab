"""Averages over the real elements of padded tensors.

`mask` is 1 (or true) where an element counts. Variances are biased, as in N+ (detail 13). Pure.
"""

from __future__ import annotations

from torch import Tensor

TINY = 1e-8
"""Added to a variance before its root, so that equal values become 0 and not a division by 0."""


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean of the elements of x that count; a scalar. Undefined if none does."""
    return (x * mask).sum() / mask.sum()


def masked_var(x: Tensor, mask: Tensor) -> Tensor:
    """Mean squared distance from the mean over the elements that count; a scalar."""
    return masked_mean((x - masked_mean(x, mask)) ** 2, mask)


def standardise(x: Tensor, mask: Tensor) -> Tensor:
    """x shifted to mean 0 and scaled to variance 1 over what counts; 0 elsewhere."""
    return (x - masked_mean(x, mask)) / (masked_var(x, mask) + TINY).sqrt() * mask
