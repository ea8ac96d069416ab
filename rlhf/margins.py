"""How far apart two scores should be, by how much better the annotator found the chosen response.

The one table between the labelling scale and the ranking loss (Llama 2, Table 27). It knows no model.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor, tensor

Margin = Literal["none", "small", "large"]

BY_DEGREE: dict[Margin, tuple[float, float, float, float]] = {
    "none": (0.0, 0.0, 0.0, 0.0),
    "small": (0.0, 1 / 3, 2 / 3, 1.0),
    "large": (0.0, 1.0, 2.0, 3.0),
}
"""Margins for negligibly, slightly, better and significantly better (Llama 2, Table 27)."""


def margins(degrees: Tensor, setting: Margin) -> Tensor:
    """The margin of each pair [P], in units of the raw score, from its degree 0 to 3 [P]."""
    return tensor(BY_DEGREE[setting])[degrees]
