"""What an ensemble says of labels that it never learned from: each member scores only what it never saw.

A member saw a dialogue if any of its training rows is of it, whichever prompt of it that was. Knows no
files and no training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rlhf.reward_models.elements import Answer, Encoded
from rlhf.reward_models.ensemble import Ensemble
from rlhf.reward_models.members import Member, dialogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """By how much (raw score) a label's chosen response outscores the rejected one."""

    label_id: str
    chosen_id: str
    rejected_id: str
    gap: float


def unseen_scores(ensemble: Ensemble, members: Sequence[Member], rows: Sequence[Encoded]) -> Tensor:
    """Raw scores [K, P, 2] of P pairs, chosen before rejected; NaN where the member saw the dialogue."""
    scores = torch.full((len(members), len(rows), 2), torch.nan)
    dialogues = [dialogue(row.preference) for row in rows]
    for number, member in enumerate(members):
        seen = member.dialogues
        unseen = [place for place, one in enumerate(dialogues) if one not in seen]
        if unseen:
            scores[number, unseen] = scores_of(ensemble, number, [rows[place] for place in unseen])
    return scores


def gaps(rows: Sequence[Encoded], scores: Tensor) -> tuple[Gap, ...]:
    """The mean gap of each pair over the members with scores [K, P, 2] of it; none where all saw it."""
    means = (scores[..., 0] - scores[..., 1]).double().nanmean(dim=0)
    return tuple(
        Gap(
            label_id=row.preference.label_id,
            chosen_id=row.preference.chosen_id,
            rejected_id=row.preference.rejected_id,
            gap=gap,
        )
        for row, gap, known in zip(rows, means.tolist(), means.isfinite().tolist(), strict=True)
        if known
    )


def scores_of(ensemble: Ensemble, member: int, rows: Sequence[Encoded]) -> Tensor:
    """One member's scores [P, 2]; an answer that several labels name is read once."""
    sides = [(row.chosen, row.rejected) for row in rows]
    places: dict[Answer, int] = {}
    at = [[places.setdefault(side, len(places)) for side in pair] for pair in sides]
    answers = list(places)
    scores = ensemble.member(member, [one.prompt for one in answers], [one.response for one in answers])
    return scores[torch.tensor(at)]
