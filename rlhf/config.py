"""One frozen dataclass a stage; a default is the recipe, with its source.

A home's `hone.toml` overrides the defaults, one section a stage; `--set ppo.kl_coef=0.005` overrides that.
Those of the stages that make a policy are in `policy_settings`. "L2" is Llama 2 (arXiv 2307.09288), "N+" is
Huang et al. 2024 (arXiv 2403.17031).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from rlhf.bounds import Amount, Count, Engine, Positive, Temperatures
from rlhf.policy_settings import (
    DistillationSettings,
    DPOSettings,
    GAttSettings,
    JudgeSettings,
    MonitorSettings,
    PPOSettings,
    RejectionSettings,
    RLOOSettings,
    SFTSettings,
)
from rlhf.reward_models.settings import RewardSettings
from store.blind import BlindSettings
from store.chats import ChatSettings
from store.external_accounts import OidcSettings
from store.leases import LeaseSettings
from store.notices import WebhookSettings
from store.qualification_tests import QualificationSettings
from store.queueing.drawing import QueueSettings
from store.reviews import ReviewSettings

Method = Literal["rs", "ppo", "rs+ppo", "dpo", "rloo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSettings:
    """How responses are sampled."""

    samples: Count = 1
    """Responses a prompt (K)."""
    temperature: Positive = 1.0
    """Logits are divided by it, in sampling and in every log-probability (N+, detail 9)."""
    top_p: float = 1.0
    """Nucleus: 1 keeps the whole distribution, which the log-probabilities of PPO need."""
    max_new_tokens: Count = 256
    """A response without the end token after this many tokens is cut, and PPO fines it."""
    max_prompt_tokens: Count = 1024
    """Longer prompts lose their beginning."""
    rows: Count = 256
    """Sequences decoded side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """Comparing policies on held-out prompts (L2 §3.4)."""

    prompts: Count = 500
    """Held-out prompts, at most."""
    temperature: Positive = 1.0
    """At which every policy answers."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    engine: Engine = "auto"
    """Who writes the answers: `hone`, `vllm`, or whichever is here."""
    gold_judge: Literal["none", "pocket"] = "none"
    """A judge that was never trained against; `pocket` is the pocket world's oracle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishSettings:
    """The comparisons that a round asks next (L2 §3.2.1: two variants, varied temperature)."""

    comparisons: Amount = 1000
    """New comparisons put into the queue."""
    responses: Annotated[int, Field(ge=2, le=9)] = 2
    """Responses beside each other in a comparison; three or more are ranked (InstructGPT: 4 to 9)."""
    temperatures: Temperatures = (0.8, 1.0, 1.2)
    """Drawn for each response."""
    safety_share: float = 0.3
    """Share of the comparisons on safety prompts."""
    overlap_share: float = 0.05
    """Share asked of two annotators, to measure agreement."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    engine: Engine = "auto"
    """Who writes the answers: `hone`, `vllm`, or whichever is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """A whole round."""

    method: Method = "rs+ppo"
    """How the policy is improved; `dpo` and `rloo` are TRL's, as baselines."""
    seed: int = 0
    """From which every random choice of the round is drawn."""
    threads: Count = 2
    """Processor threads of the trainers."""
    minimum_labels: Amount = 50
    """Fewer new labels than this do not start a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that `hone.toml` may set."""

    lease: LeaseSettings = field(default_factory=LeaseSettings)
    queue: QueueSettings = field(default_factory=QueueSettings)
    review: ReviewSettings = field(default_factory=ReviewSettings)
    oidc: OidcSettings = field(default_factory=OidcSettings)
    qualification: QualificationSettings = field(default_factory=QualificationSettings)
    blind: BlindSettings = field(default_factory=BlindSettings)
    chat: ChatSettings = field(default_factory=ChatSettings)
    webhooks: WebhookSettings = field(default_factory=WebhookSettings)
    round: RoundSettings = field(default_factory=RoundSettings)
    reward: RewardSettings = field(default_factory=RewardSettings)
    sft: SFTSettings = field(default_factory=SFTSettings)
    reject: RejectionSettings = field(default_factory=RejectionSettings)
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    monitor: MonitorSettings = field(default_factory=MonitorSettings)
    ppo: PPOSettings = field(default_factory=PPOSettings)
    dpo: DPOSettings = field(default_factory=DPOSettings)
    rloo: RLOOSettings = field(default_factory=RLOOSettings)
    gatt: GAttSettings = field(default_factory=GAttSettings)
    distill: DistillationSettings = field(default_factory=DistillationSettings)
    evaluate: EvaluationSettings = field(default_factory=EvaluationSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
