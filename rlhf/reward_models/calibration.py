"""Whether a reward model's stated probabilities come true. Pure."""

from __future__ import annotations

import torch
from torch import Tensor


def expected_calibration_error(probabilities: Tensor, outcomes: Tensor, bins: int = 10) -> float:
    """Σ over bins of (share of cases) · |mean outcome - mean probability|; both [N], outcomes in 0 to 1.

    The bins are of equal width over 0 to 1 (Guo et al. 2017, eq. 3); 0 is perfect. Without cases, 0.
    """
    which = (probabilities * bins).long().clamp(max=bins - 1)
    gaps = torch.zeros(bins, dtype=torch.double).index_add(0, which, (outcomes - probabilities).double())
    return (gaps.abs().sum() / max(1, len(probabilities))).item()
