"""Whether a safety model finds the responses that annotators called unsafe. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from rlhf.reward_models.preferences import Preference
from store.records import Track
from store.reward_results import UnsafeFound

GATES = (0.5, 0.15)
"""Probabilities of being safe below which a response counts as unsafe (Llama 2, Table 29 and §3.2.3)."""


def unsafe_found(rows: Sequence[Preference], chosen: Tensor, rejected: Tensor) -> tuple[UnsafeFound, ...]:
    """Recall and precision at each gate, of raw scores [P]; nothing where no response is called unsafe.

    A response counts once a label, however many pairs of a ranking it is in. Only the safety model's σ(score)
    is a probability of being safe.
    """
    said = _said(rows, chosen, rejected)
    probabilities = torch.tensor([score for _safe, score in said]).sigmoid()
    safe = torch.tensor([is_safe for is_safe, _score in said], dtype=torch.bool)
    return tuple(_found(gate, probabilities, safe) for gate in GATES) if (~safe).any() else ()


def _found(gate: float, probabilities: Tensor, safe: Tensor) -> UnsafeFound:
    below = probabilities < gate
    caught, unsafe = int((below & ~safe).sum()), int((~safe).sum())
    return UnsafeFound(
        probability=gate,
        unsafe=unsafe,
        safe=len(safe) - unsafe,
        recall=caught / unsafe,
        precision=caught / int(below.sum()) if below.any() else None,
    )


def _said(rows: Sequence[Preference], chosen: Tensor, rejected: Tensor) -> list[tuple[bool, float]]:
    """What each label called each response in the safety track, and the response's score."""
    sides = [
        side
        for row, above, below in zip(rows, chosen.tolist(), rejected.tolist(), strict=True)
        if row.track is Track.SAFETY
        for side in (
            (row.label_id, row.chosen_id, row.chosen_safe, above),
            (row.label_id, row.rejected_id, row.rejected_safe, below),
        )
    ]
    return list(
        {
            (label_id, response_id): (is_safe, score)
            for label_id, response_id, is_safe, score in sides
            if is_safe is not None
        }.values()
    )
