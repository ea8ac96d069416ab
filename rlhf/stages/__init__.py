"""What happens in each stage of a round: from the frozen labels to the next comparisons.

Each stage reads the results of the ones before it, calls one module that does the work, and returns a small
result of its own, with paths relative to the home. `STAGES` is the round.
"""

from __future__ import annotations

from typing import Final

from rlhf import distillation, gatt
from rlhf.evaluate import EvaluationResult
from rlhf.promote import Promotion
from rlhf.stages.freezing import Frozen, snapshot
from rlhf.stages.judging import evaluation, promotion
from rlhf.stages.learning import Improved, Rewarded, baseline, ppo, reject, reward_helpfulness, reward_safety
from rlhf.stages.publishing import publication
from rlhf.turning import Stage
from store.round_stages import METHODS
from store.rounds import RoundResult

_REWARDS: Final = ("reward_helpfulness", "reward_safety")

STAGES: Final = (
    Stage(name="snapshot", result=Frozen, needs=(), settings=("review.required",), run=snapshot),
    Stage(
        name="reward_helpfulness",
        result=Rewarded,
        needs=("snapshot",),
        settings=("reward",),
        run=reward_helpfulness,
    ),
    Stage(
        name="reward_safety", result=Rewarded, needs=("snapshot",), settings=("reward",), run=reward_safety
    ),
    Stage(
        name="reject",
        result=Improved,
        needs=("snapshot", *_REWARDS),
        by_method=dict.fromkeys(
            METHODS["reject"], ("reject", "sft", "gatt", "distill", "judge", "ppo.safety_gate")
        ),
        run=reject,
        also_logs=(gatt.STAGE, distillation.STAGE),
    ),
    Stage(
        name="ppo",
        result=Improved,
        needs=("snapshot", *_REWARDS, "reject"),
        by_method=dict.fromkeys(METHODS["ppo"], ("ppo", "monitor", "judge", "evaluate.gold_judge")),
        files=("ppo.pretraining_text",),
        run=ppo,
    ),
    Stage(
        name="baseline",
        result=Improved,
        needs=("snapshot", *_REWARDS, "ppo"),
        by_method={
            "dpo": ("dpo", "reward"),
            "rloo": ("rloo", "judge", "ppo.safety_gate", "ppo.missing_end_penalty"),
        },
        run=baseline,
    ),
    Stage(
        name="evaluate",
        result=EvaluationResult,
        needs=("snapshot", *_REWARDS, "baseline"),
        settings=("evaluate", "judge", "ppo.safety_gate"),
        run=evaluation,
    ),
    Stage(name="promote", result=Promotion, needs=("evaluate",), settings=("promote",), run=promotion),
    Stage(
        name="publish",
        result=RoundResult,
        needs=("snapshot", *_REWARDS, "baseline", "evaluate", "promote"),
        settings=("publish", "evaluate", "judge", "round.method", "ppo.safety_gate"),
        run=publication,
    ),
)
"""A round, in order."""
