"""The stages of a round by name, and which of them a method has. Knows nothing of what happens in one."""

from __future__ import annotations

from typing import Final

STAGES: Final = (
    "snapshot",
    "reward_helpfulness",
    "reward_safety",
    "reject",
    "ppo",
    "baseline",
    "evaluate",
    "promote",
    "publish",
)

METHODS: Final = {
    "reject": frozenset({"rs", "rs+ppo"}),
    "ppo": frozenset({"ppo", "rs+ppo"}),
    "baseline": frozenset({"dpo", "rloo"}),
}
"""The stages that only some methods have; in a round of another they pass on what they are given."""


def stages_of(method: str) -> tuple[str, ...]:
    """The stages of a round that do something when the policy is improved in this way, in order."""
    return tuple(stage for stage in STAGES if has(method, stage))


def has(method: str, stage: str) -> bool:
    """Whether the stage does something when the policy is improved in this way."""
    return stage not in METHODS or method in METHODS[stage]


def called(method: str, stage: str) -> str:
    """What people call the stage in a round of this method: the one for `dpo` and `rloo` by the method."""
    return method.upper() if stage == "baseline" else stage.replace("_", " ")
