"""Whether a policy and both reward models are adapters of one base, told by the content of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rlhf.judge import RewardModels
from rlhf.lora import Saved
from rlhf.policy_adapter import adapter_of
from rlhf.reward_models.ensemble import base_of
from rlhf.weights import base_digest, weights_digest
from store.errors import HoneError


class BaseError(HoneError):
    """Models that have no base in common, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where the base lies, and the adapter that makes the policy of it, if the policy is not the base."""

    folder: Path
    adapter: Saved | None


def same_base(policy: Path, models: RewardModels) -> Base:
    """The base of all three; a BaseError where there is no such."""
    helpfulness, safety = _base(models.helpfulness), _base(models.safety)
    digest = weights_digest(helpfulness)
    if weights_digest(safety) != digest:
        raise BaseError(
            f"Expected both reward models on one base, but {models.helpfulness} and {models.safety} are "
            "adapters of different policies; train both again from one, or set ppo.lora_rank to 0."
        )
    if base_digest(policy) == digest:
        return Base(folder=helpfulness, adapter=None)
    found = adapter_of(policy)
    if found is None or found[1] != digest:
        raise BaseError(
            f"Expected the policy {policy} to be the base of the reward models' adapters, or an adapter on "
            "it; its weights are others. Where rejection sampling comes first, set sft.lora_rank above 0 and "
            "reject.start to policy; or set ppo.lora_rank to 0."
        )
    return Base(folder=helpfulness, adapter=found[0])


def _base(model: Path) -> Path:
    base = base_of(model)
    if base is None:
        raise BaseError(
            f"Expected the reward model {model} to be adapters, since ppo.lora_rank is set; it is a whole "
            "model. Set reward.lora_rank above 0, or ppo.lora_rank to 0."
        )
    return base
