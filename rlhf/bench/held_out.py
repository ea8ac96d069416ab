"""How often trained models choose as people did, on pairs of prompts that none of them saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import torch
from torch import Tensor
from transformers import PreTrainedModel

from rlhf.reward_models.elements import Answer, Encoded
from rlhf.scoring import score_responses
from store.intervals import Z95, Interval, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Accuracy on the pairs of one source; `longer` always chooses the longer response (in tokens)."""

    source: str
    pairs: int
    hone: Interval
    trl: Interval
    longer: Interval
    hone_over_trl: Interval

    @property
    def is_equal_or_better(self) -> bool:
        """Whether Hone's accuracy is not below TRL's by more than chance explains."""
        return self.hone_over_trl.high >= 0

    def words(self) -> str:
        """A line of it."""
        return (
            f"{self.source}, {self.pairs} held-out pairs: Hone {_percent(self.hone)}, "
            f"TRL {_percent(self.trl)}, longer wins {_percent(self.longer)}; "
            f"Hone over TRL {_percent(self.hone_over_trl)}"
        )


def measured(rows: Sequence[Encoded], hone: Tensor, trl: Tensor) -> tuple[HeldOut, ...]:
    """All pairs together, then each source alone if there are several; right [P] is 1, 0 or a half."""
    sources = sorted({row.preference.batch_id for row in rows})
    longer = torch.tensor([right(row.chosen_length, row.rejected_length) for row in rows])
    found = [_of("all", hone, trl, longer)]
    for source in sources if len(sources) > 1 else ():
        its = torch.tensor([row.preference.batch_id == source for row in rows])
        found.append(_of(source, hone[its], trl[its], longer[its]))
    return tuple(found)


def rights(model: PreTrainedModel, rows: Sequence[Encoded], pad_id: int) -> Tensor:
    """Whether the model scores the chosen response above the rejected one [P]; a tie is half right."""
    chosen, rejected = (
        score_responses(model, [one.prompt for one in side], [one.response for one in side], pad_id).tolist()
        for side in _sides(rows)
    )
    return torch.tensor([right(one, other) for one, other in zip(chosen, rejected, strict=True)])


def right(chosen: float, rejected: float) -> float:
    """1, 0 or, for a tie, a half."""
    return 0.5 if chosen == rejected else float(chosen > rejected)


def paired_difference(one: Sequence[float], other: Sequence[float]) -> Interval:
    """Mean of one minus other over the same pairs, ± 1.96 standard errors; what both share cancels out."""
    gaps = [a - b for a, b in zip(one, other, strict=True)]
    half = Z95 * stdev(gaps) / len(gaps) ** 0.5 if len(gaps) > 1 else 1.0
    return Interval(value=fmean(gaps), low=fmean(gaps) - half, high=fmean(gaps) + half)


def _sides(rows: Sequence[Encoded]) -> tuple[list[Answer], list[Answer]]:
    return [row.chosen for row in rows], [row.rejected for row in rows]


def _of(source: str, hone: Tensor, trl: Tensor, longer: Tensor) -> HeldOut:
    shares = [wilson(one.sum().item(), len(one)) for one in (hone, trl, longer)]
    return HeldOut(
        source=source,
        pairs=len(hone),
        hone=shares[0],
        trl=shares[1],
        longer=shares[2],
        hone_over_trl=paired_difference(hone.tolist(), trl.tolist()),
    )


def _percent(one: Interval) -> str:
    return f"{one.value:.1%} ({one.low:.1%} to {one.high:.1%})"
