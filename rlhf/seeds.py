"""Random generators named by what they are for, so that no two purposes share a stream."""

from __future__ import annotations

import torch

from store.identity import identity


def seeded(*parts: str | int) -> torch.Generator:
    """A generator that depends on the parts alone; the same parts give the same numbers."""
    return torch.Generator().manual_seed(int(identity("seed", *parts)[:15], 16))
