"""One frozen dataclass a stage; a default is the recipe, with its source.

A home's `hone.toml` overrides the defaults, one section a stage; `--set ppo.kl_coef=0.005` overrides that.
"L2" is Llama 2 (arXiv 2307.09288), "N+" is Huang et al. 2024 (arXiv 2403.17031).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from rlhf.bounds import Amount, Count, Positive, Temperatures
from rlhf.reward_models.settings import RewardSettings
from store.blind import BlindSettings
from store.chats import ChatSettings
from store.external_accounts import OidcSettings
from store.leases import LeaseSettings
from store.notices import WebhookSettings
from store.qualification_tests import QualificationSettings
from store.queueing.drawing import QueueSettings
from store.reviews import ReviewSettings


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
class SFTSettings:
    """Fine-tuning on prompts with responses (L2 §3.1)."""

    learning_rate: Positive = 2e-5
    """Peak, cosine (L2)."""
    epochs: Count = 2
    """Passes over the responses (L2)."""
    batch_size: Count = 64
    """Responses a step (L2)."""
    weight_decay: float = 0.1
    """How hard weights are pulled towards 0, times the learning rate a step (L2)."""
    max_tokens: Count = 1024
    """Conversations longer than this, or than the model reads, lose their beginning, and are counted."""
    accumulation: Count = 1
    """Parts of a batch that pass the model one after the other, for a memory that does not hold all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionSettings:
    """Rejection sampling (L2 §3.2.3)."""

    samples: Count = 16
    """K, responses a prompt; the paper prints no K, 16 to 32 is usual."""
    temperatures: Temperatures = (0.7, 1.0, 1.3)
    """Swept on a share of the prompts each round; the highest mean best reward wins (L2: 1.2 to 1.3 late)."""
    sweep_prompts: Count = 64
    """Prompts on which the temperatures are compared."""
    prompts: Count = 1000
    """Training prompts sampled a round."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    start: Literal["policy", "base"] = "policy"
    """What is fine-tuned: the newest policy, or the base as in L2."""
    pool: bool = True
    """Keep the best samples of all rounds (L2 from V4 on)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PPOSettings:
    """Proximal policy optimisation (L2 §3.2.3; what L2 leaves open from N+ and InstructGPT)."""

    iterations: Count = 200
    """L2: 200 to 400."""
    batch_size: Count = 512
    """Samples an iteration (L2)."""
    minibatch_size: Count = 64
    """One gradient step each (L2)."""
    epochs: Count = 1
    """Passes over the batch (L2: one step a mini-batch)."""
    learning_rate: Positive = 1e-6
    """The policy's, constant (L2)."""
    critic_learning_rate: float = 9e-6
    """The critic's, constant (InstructGPT)."""
    weight_decay: float = 0.1
    """How hard weights are pulled towards 0, times the learning rate a step (L2)."""
    grad_clip: float = 1.0
    """Largest gradient norm (L2)."""
    warmup_iterations: Amount = 0
    """Iterations over which the learning rates rise from a tenth (InstructGPT: 10)."""
    clip: float = 0.2
    """Probability ratio's band (L2)."""
    value_clip: float = 0.2
    """Value's band (N+)."""
    value_coef: float = 0.1
    """Weight of the value loss (N+), which matters to the clipping of the critic's gradient."""
    kl_coef: float = 0.01
    """β, nats to reward (L2: 0.01 for 7B and 13B, 0.005 above)."""
    kl_target: float | None = None
    """Nats a response towards which β adapts (Ziegler et al. 2019); none keeps β."""
    kl_horizon: Count = 10_000
    """Samples over which an adapting β may move by a fifth (Ziegler et al. 2019)."""
    kl_limit: float = 20.0
    """Nats a response beyond which training stops."""
    gamma: float = 1.0
    """No discount (InstructGPT)."""
    lam: float = 0.95
    """GAE's λ (N+)."""
    safety_gate: float = 0.15
    """Below this probability of being safe, safety is the reward on any prompt (L2)."""
    missing_end_penalty: float = 1.0
    """Taken from the whitened reward of a response that never ended (N+, detail 7)."""
    temperature: Positive = 1.0
    """Of sampling, and of every log-probability (InstructGPT)."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    max_prompt_tokens: Count = 1024
    """Longer prompts lose their beginning, and are counted."""
    evaluate_every: Count = 10
    """Iterations between looks at the held-out prompts; the best look is kept."""
    held_out_prompts: Count = 256
    """Held-out prompts of a look, at most."""
    patience: Count = 5
    """Looks without a better one after which training stops (L2: early stopping on held-out prompts)."""
    checkpoint_every: Count = 10
    """Iterations between checkpoints, from which a killed run resumes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationSettings:
    """Comparing policies on held-out prompts (L2 §3.4)."""

    prompts: Count = 500
    """Held-out prompts, at most."""
    temperature: Positive = 1.0
    """At which every policy answers."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """A whole round."""

    method: Literal["rs", "ppo", "rs+ppo"] = "rs+ppo"
    """How the policy is improved."""
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
    ppo: PPOSettings = field(default_factory=PPOSettings)
    evaluate: EvaluationSettings = field(default_factory=EvaluationSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
