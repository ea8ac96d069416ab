"""The margin of each pair as a tensor, from the store's table of margins by degree. It knows no model."""

from __future__ import annotations

from torch import Tensor, tensor

from store.margins import BY_DEGREE, Margin


def margins(degrees: Tensor, setting: Margin) -> Tensor:
    """The margin of each pair [P], in units of the raw score, from its degree 0 to 3 [P]."""
    return tensor(BY_DEGREE[setting])[degrees]
