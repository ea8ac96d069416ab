"""Drawing a token from logits, each row with a random number of its own.

The number decides the token by the inverse of the cumulative distribution, so what one row draws does not
depend on which rows stand beside it. Pure: tensors in, tensors out.
"""

from __future__ import annotations

import torch
from torch import Tensor


def draw(probabilities: Tensor, uniform: Tensor) -> Tensor:
    """Tokens [B] from probabilities [B, V], which need not sum to 1, at uniform numbers [B] in [0, 1)."""
    reached = probabilities.cumsum(dim=-1)
    # Rounding must not lift the target to the total, past which there is no token.
    total = reached[:, -1]
    target = torch.minimum(uniform * total, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(reached, target.unsqueeze(-1), right=True).squeeze(-1)


def nucleus(probabilities: Tensor, top_p: float) -> Tensor:
    """Zeroes [B, V] all but the likeliest tokens that together reach `top_p` (Holtzman et al. 2020)."""
    ordered, tokens = probabilities.sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered
    return torch.zeros_like(probabilities).scatter(-1, tokens, ordered.masked_fill(before >= top_p, 0.0))
