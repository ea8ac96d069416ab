"""Best of K at inference: a policy answers K times, and what the reward models like most is its answer.

Nothing learns. It costs K answers each time, and goes further from the policy the larger K is, but never
further than ln K - (K-1)/K nats (Beirami et al. 2024, arXiv 2401.01879).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from rlhf.answers import Answer, Occasion, answers
from rlhf.best_of import best, choosing_kl
from rlhf.judge import RewardJudge
from rlhf.rewards import EXTREME

APART = 1_000_003
"""Between the seeds of a prompt's samples, none of which is that of a single answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer a prompt, and how many nats from its policy it is for having been chosen [N]."""

    answers: list[Answer]
    chosen_kl: Tensor


def best_answers(policy: Path, occasion: Occasion, samples: int, judge: RewardJudge) -> Given:
    """The best of so many samples of each prompt by the gated judge; one that ended before one that did not.

    Of one sample nothing is chosen, and it is what the policy answers by itself. The samples of a smaller
    number are among those of a larger one.
    """
    if samples == 1:
        return Given(answers=answers(policy, occasion), chosen_kl=torch.zeros(len(occasion.prompts)))
    drawn = [
        answers(policy, replace(occasion, seed=occasion.seed + APART * number))
        for number in range(1, samples + 1)
    ]
    worth = torch.stack([_worth(one, occasion, judge) for one in drawn], dim=1)
    rows = enumerate(best(worth).tolist())
    return Given(answers=[drawn[column][row] for row, column in rows], chosen_kl=choosing_kl(worth))


def _worth(given: list[Answer], occasion: Occasion, judge: RewardJudge) -> Tensor:
    """The gated rewards [N], which are within ±EXTREME; what never ended is worth less than what did."""
    rewards = judge.scores(occasion.prompts, [one.text for one in given]).gated
    return rewards - 2 * EXTREME * torch.tensor([not one.finished for one in given])
