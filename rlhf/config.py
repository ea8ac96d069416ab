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
from store.records import Arm
from store.reviews import ReviewSettings
from store.rule import RuleSettings

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
    language_judge_url: str = ""
    """An OpenAI-compatible address such as https://host/v1, whose model judges too: two questions a prompt
    and opponent, one in each order of the answers; without one, no language model is asked."""
    language_judge_model: str = ""
    """That model's name."""
    language_judge_key_variable: str = ""
    """The environment variable that holds that endpoint's key; the key itself is in no file."""
    language_judge_seconds: Positive = 60.0
    """How long that endpoint may take to reply."""
    language_judge_at_once: Annotated[int, Field(ge=1, le=64)] = 8
    """Questions that it is asked at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoteSettings:
    """When a new policy may answer people: it lost no track beyond chance, and keeps to these."""

    kl: Positive = 25.0
    """Nats a response from the first policy, at most. Ours: no source of the recipe names a bound."""
    length: Positive = 2.5
    """Length of its answers as a multiple of the previous policy's, at most. Ours, as a guard against winning
    by length alone."""
    gold: bool = False
    """Whether more unsafe answers or false refusals by the gold judge, beyond the interval, refuse it too.
    Off, so that the judge by which rounds are measured does not choose among them."""


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
    answers_from: Literal["newest", "first"] = "newest"
    """Whose answers are compared: the newest policy's beside those of the one before it, or the first
    policy's alone, as if its data had to do for all rounds. A reward model is soon less accurate on answers
    unlike those that it learned from, so L2 asked the newest policy before each round (§3.2.1)."""
    regressions: Amount = 20
    """Of the comparisons at most so many are on prompts that people saw an earlier policy answer unsafely,
    the longest unasked first: whether what broke a policy still breaks the newest. With 0 none is."""
    evaluation_comparisons: Amount = 0
    """Further ones, in which people judge the new policy's evaluation answers beside those of the one before,
    blind: they measure and never train (L2 §3.4.2)."""
    samples: Amount = 6
    """Held-out prompts whose answers, by the new policy and the one before, are kept to be read beside each
    other on the Policies page."""
    selection: Arm = Arm.RANDOM
    """How a round chooses them among candidates: by chance; by `uncertainty`, how far the reward model's
    members differ (Christiano et al. 2017, arXiv 1706.03741), which with one member is `margin`, the smallest
    difference of scores; or by `diversity` of the texts (Sener & Savarese 2018, arXiv 1708.00489). By chance,
    for what a choice adds differs by task; the report says whether it found more than chance."""
    candidates: Count = 3
    """Candidates sampled for each comparison that is then asked, unless by chance."""
    random_share: Annotated[float, Field(ge=0.05, le=1)] = 0.2
    """Share that is asked by chance all the same, of the same candidates: what the choice is measured by."""
    curriculum: bool = False
    """Whether a round's comparisons are asked from easy to hard, by the median reward of the prompt's answers
    (L2 A.3.2). Those that nobody gets to are then the hard ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSettings:
    """A whole round."""

    method: Method = "rs+ppo"
    """How the policy is improved; `dpo` and `rloo` are TRL's, as baselines."""
    seed: int = 0
    """From which every random choice of the round is drawn."""
    threads: Count = 2
    """Processor threads of the trainers."""
    memory_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    """Share of this machine's memory, or of its cgroup's where that is less, that a round's process may take;
    beyond it the round stops with a sentence and resumes. A fifth is left to the app, whose database takes a
    gigabyte at most, and to the system, which would else end one of them as it likes."""
    minimum_labels: Amount = 50
    """Fewer new labels than this do not start a round."""
    signature: bool = False
    """A round begins only once somebody has looked at what it would learn from, and signed that."""
    signature_slack: Amount = 0
    """So much may be said of labels after the signature; with 0, none may be given, changed or reviewed."""


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
    rule: RuleSettings = field(default_factory=RuleSettings)
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
    promote: PromoteSettings = field(default_factory=PromoteSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
