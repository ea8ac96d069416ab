"""Settings of the stages that make a policy; a default is the recipe, with its source.

"L2" is Llama 2 (arXiv 2307.09288), "N+" is Huang et al. 2024 (arXiv 2403.17031).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from rlhf.bounds import Amount, Count, Engine, Positive, Precision, Temperatures


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSettings:
    """Which reward model speaks, and how its members speak as one (Coste et al. 2023, arXiv 2310.02743)."""

    reward: Literal["gated", "helpfulness"] = "gated"
    """Both models through the gate; or the helpfulness model alone, which then is to learn from both tracks:
    `reward.other_track_helpfulness = 0.5` gives it as many safety labels as its own. L2 trained two, for one
    model hardly learns both where they disagree (§3.2.2). The safety model is trained and measured all the
    same."""

    combine: Literal["mean", "worst", "penalised"] = "mean"
    """The members' mean, the lowest of them, or the mean less their variance."""
    uncertainty_coef: Annotated[float, Field(ge=0)] = 1.0
    """Weight of the variance where it is taken off (Coste et al. 2023 sweep 0.05 to 10)."""
    watcher: bool = True
    """Of two or more members, the last takes no part in the reward and tells when it is over-optimised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSettings:
    """What is watched while a policy learns."""

    refusals: tuple[str, ...] = ("i can't", "i cannot", "i won't", "i will not", "i'm unable", "i am unable")
    """Phrases in the answers that count as refusals, a matter of words only (after Zou et al. 2023, arXiv
    2307.15043, without those that also open answers, such as "sorry")."""


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
    lora_rank: Amount = 0
    """Rank of an adapter that learns instead of every parameter; 0 trains every parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionSettings:
    """Rejection sampling (L2 §3.2.3)."""

    samples: Count = 16
    """K, responses a prompt, or the most with `least_gain`; the paper prints no K, 16 to 32 is usual."""
    temperatures: Temperatures = (0.7, 1.0, 1.3)
    """Swept on a share of the prompts each round; the highest mean best of K wins (L2: 1.2 to 1.3 late)."""
    sweep_prompts: Count = 64
    """Prompts on which the temperatures are compared."""
    prompts: Count = 1000
    """Training prompts sampled a round."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    engine: Engine = "auto"
    """Who writes the samples: `hone`, `vllm`, or whichever is here."""
    start: Literal["policy", "base"] = "policy"
    """What is fine-tuned: the newest policy, or the base as in L2."""
    pool: bool = True
    """Keep the best samples of all rounds (L2 from V4 on)."""
    least_gain: Annotated[float, Field(ge=0)] = 0.0
    """K is the fewest samples from which on twice as many raise the mean best reward, on the sweep's prompts,
    by no more than this many deviations of a prompt's samples (normal ones: 0.56 from 1 to 2, 0.40 from 4 to
    8, 0.34 from 8 to 16); 0 draws `samples` always."""


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
    critic_head_start: Amount = 4
    """Passes of the critic over a batch of its own before the policy's first (value pretraining: Yuan et al.
    2025, arXiv 2503.01491); 0 starts both at once."""
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
    """Iterations between looks at the prompts that are kept from sampling; the best look is kept."""
    held_out_prompts: Count = 256
    """Prompts of a look, at most."""
    patience: Count = 5
    """Looks without a better one after which training stops (L2: early stopping on held-out prompts)."""
    stop_when_parting: bool = False
    """Whether training stops once the reward rises while a judge that was not trained against falls, or
    held-back reward models see less than two thirds of the rise."""
    checkpoint_every: Count = 10
    """Iterations between checkpoints, from which a killed run resumes."""
    lora_rank: Amount = 0
    """Rank of the adapters of policy and critic on the one base that the reward models' adapters share; 0
    trains separate models whole."""
    precision: Precision = "auto"
    """Numbers in which models pass while they learn; weights, optimisers and losses stay float32."""
    part_tokens: Count = 1024
    """Padded tokens that pass forward and back at a time; gradients add up to those of the minibatch."""
    pretraining_coef: Annotated[float, Field(ge=0)] = 0.0
    """Weight of the loss on text that the policy read before (PPO-ptx; InstructGPT: 27.8); 0 mixes none. A
    step reads as many rows of it as responses (InstructGPT: eight times as many)."""
    pretraining_text: str = ""
    """JSON lines with a `text` each, a path from the home, for PPO-ptx."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DPOSettings:
    """Direct preference optimisation through TRL (Rafailov et al. 2023), as a baseline."""

    beta: Positive = 0.1
    """How strongly the policy is held at its parent (Rafailov et al. 2023)."""
    learning_rate: Positive = 5e-7
    """Peak (Tunstall et al. 2023: 5e-7)."""
    epochs: Count = 1
    """Passes over the pairs."""
    batch_size: Count = 64
    """Pairs a step."""
    max_tokens: Count = 1024
    """Conversations longer than this, or than the model reads, lose their beginning, and are counted."""
    accumulation: Count = 1
    """Parts of a batch that pass the model one after the other, for a memory that does not hold all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RLOOSettings:
    """REINFORCE leave-one-out through TRL (Ahmadian et al. 2024), as a baseline; rewards as PPO has them."""

    steps: Count = 200
    """Gradient steps."""
    batch_size: Count = 256
    """Responses a step."""
    samples: Annotated[int, Field(ge=2)] = 4
    """Responses a prompt (Ahmadian et al. 2024: 2 to 4)."""
    learning_rate: Positive = 1e-6
    """Constant (Ahmadian et al. 2024)."""
    kl_coef: float = 0.05
    """β, nats to reward (TRL)."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
    accumulation: Count = 1
    """Parts of a batch that learn one after the other, for a memory that does not hold all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GAttSettings:
    """Ghost Attention (L2 §3.3): dialogues that keep a first turn's instruction, to fine-tune on."""

    dialogues: Amount = 0
    """Dialogues made a round; 0 makes none."""
    instructions: tuple[str, ...] = ()
    """What a user asks once and wants kept, drawn for each dialogue."""
    acknowledgement: str = ""
    """What the assistant says to an instruction that is a message of its own; without it, the instruction
    stands before the user's words in one message (L2)."""
    turns: Annotated[int, Field(ge=2)] = 4
    """The most turns of a user in a dialogue."""
    window: Amount | None = None
    """Turns before the last one that the policy reads while it answers, for one that loses its way in long
    dialogues; the instruction is before each, so it stays. None reads all (L2)."""
    samples: Count = 1
    """Answers drawn a turn, of which the one with the highest reward goes on (L2: 1)."""
    answers: Literal["last", "each"] = "last"
    """Whether a dialogue is learnt once, by its last answer (L2), or also cut off after each one before."""
    keep: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the answers under each instruction that is learnt, the best ones (L2: all)."""
    keep_by: Literal["reward", "both"] = "reward"
    """What makes an answer one of the best: its reward; or the lower of its ranks by reward and by how much
    likelier the instruction makes it, for a reward model may not see what an instruction wants (ours)."""
    temperature: Positive = 1.0
    """Logits are divided by it."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillationSettings:
    """Safety context distillation (L2 §4.2.4): answers given under a pre-prompt, learnt without it."""

    prompts: Amount = 0
    """Safety prompts a round; 0 makes none."""
    preprompts: tuple[str, ...] = ()
    """Put before the prompt as a system message, drawn for each prompt."""
    samples: Count = 4
    """Answers drawn under the pre-prompt, and as many without; the safest is kept if it is safer than any
    without."""
    temperature: Positive = 1.0
    """Logits are divided by it."""
    max_new_tokens: Count = 256
    """Longest response in tokens."""
