"""What a reward model says of labels that came after it: it learned from none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from rlhf.models import load_tokenizer, readable
from rlhf.reward_models import ensemble
from rlhf.reward_models.cross_fitting import Gap, gaps, scores_of
from rlhf.reward_models.elements import encode
from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings


def later_gaps(folder: Path, rows: Sequence[Preference], settings: RewardSettings) -> tuple[Gap, ...]:
    """By how much all members of the model in that folder together score each chosen response above the
    rejected one."""
    if not rows:
        return ()
    model = ensemble.load(folder)
    reading = replace(settings, max_tokens=readable(settings.max_tokens, model.context))
    encoded = encode(rows, load_tokenizer(folder), reading)
    return gaps(encoded, torch.stack([scores_of(model, number, encoded) for number in range(model.members)]))
