"""How far apart two scores should be, by how much better the annotator found the chosen response.

The one table between the labelling scale and the ranking loss (Llama 2, Table 27); `Degree` is its index.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Margin = Literal["none", "small", "large"]

BY_DEGREE: Final[Mapping[Margin, tuple[float, float, float, float]]] = {
    "none": (0.0, 0.0, 0.0, 0.0),
    "small": (0.0, 1 / 3, 2 / 3, 1.0),
    "large": (0.0, 1.0, 2.0, 3.0),
}
"""Margins for negligibly, slightly, better and significantly better."""
