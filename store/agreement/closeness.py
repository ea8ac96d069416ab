"""How alike two classes are, from 0 to 1: the weights of agreement that is not all or nothing (Gwet 2014)."""

from __future__ import annotations

import numpy as np

from store.reliability.votes import Floats


def identity(classes: int) -> Floats:
    """1 for the same class, 0 for two different ones: whether two labels say the same [C, C]."""
    return np.eye(classes)


def linear(classes: int) -> Floats:
    """1 - |k - l| / (C - 1), of ordered classes [C, C]."""
    return 1 - _apart(classes) / max(1, classes - 1)


def quadratic(classes: int) -> Floats:
    """1 - (k - l)² / (C - 1)², of ordered classes [C, C]."""
    return 1 - (_apart(classes) / max(1, classes - 1)) ** 2


def ordinal(classes: int) -> Floats:
    """1 - M / max M, where M = (|k - l| + 1) |k - l| / 2 counts the pairs of classes from k to l [C, C]."""
    pairs = (_apart(classes) + 1) * _apart(classes) / 2
    return 1 - pairs / max(1.0, float(pairs.max()))


def _apart(classes: int) -> Floats:
    places = np.arange(classes, dtype=float)
    return np.abs(places[:, None] - places[None, :])
