"""What happens in each stage of a round: from the frozen labels to the next comparisons.

Each stage reads the results of the ones before it, calls one module that does the work, and returns a small
result of its own, with paths relative to the home. `STAGES` is the round.
"""

from __future__ import annotations

from typing import Final

from rlhf.evaluate import EvaluationResult
from rlhf.promote import Promotion
from rlhf.results import RoundResult
from rlhf.round import Stage
from rlhf.stages.freezing import Frozen, snapshot
from rlhf.stages.judging import evaluation, promotion
from rlhf.stages.learning import Improved, Rewarded, ppo, reject, reward_helpfulness, reward_safety
from rlhf.stages.publishing import publication

_REWARDS: Final = ("reward_helpfulness", "reward_safety")

STAGES: Final = (
    Stage(name="snapshot", result=Frozen, needs=(), sections=(), run=snapshot),
    Stage(
        name="reward_helpfulness",
        result=Rewarded,
        needs=("snapshot",),
        sections=("reward",),
        run=reward_helpfulness,
    ),
    Stage(
        name="reward_safety", result=Rewarded, needs=("snapshot",), sections=("reward",), run=reward_safety
    ),
    Stage(
        name="reject", result=Improved, needs=("snapshot", *_REWARDS), sections=("reject", "sft"), run=reject
    ),
    Stage(name="ppo", result=Improved, needs=("snapshot", *_REWARDS, "reject"), sections=("ppo",), run=ppo),
    Stage(
        name="evaluate",
        result=EvaluationResult,
        needs=("snapshot", *_REWARDS, "ppo"),
        sections=("evaluate",),
        run=evaluation,
    ),
    Stage(name="promote", result=Promotion, needs=("evaluate",), sections=(), run=promotion),
    Stage(
        name="publish",
        result=RoundResult,
        needs=("snapshot", *_REWARDS, "ppo", "evaluate", "promote"),
        sections=("publish",),
        run=publication,
    ),
)
"""A round, in order."""
