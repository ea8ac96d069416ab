"""The settings of reward models; a default is the recipe, with its source ("L2" is Llama 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rlhf.bounds import Amount, Count, Positive, Share
from store.margins import Margin


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSettings:
    """Reward models (L2 §3.2.2)."""

    start: Literal["policy", "base"] = "policy"
    """What learns to judge: the newest policy (L2), or the first one. A small model that was improved for a
    while may have lost what wrong answers look like."""
    learning_rate: Positive = 1e-5
    """Peak, cosine to a tenth (L2: 1e-5; 5e-6 for 70B)."""
    epochs: Count = 1
    """More than one overfits at scale (L2); a small model on few labels wants more."""
    batch_pairs: Count = 64
    """Pairs a step (L2: 512)."""
    weight_decay: float = 0.1
    """How hard weights are pulled towards 0, times the learning rate a step (L2 §2.2)."""
    warmup_fraction: float = 0.03
    """Share of the steps over which the learning rate rises (L2: 3 %), at least five steps, never
    more than a tenth."""
    margin: Margin = "small"
    """Margin by degree (L2 Table 27)."""
    safety_weight: float = 1.0
    """Weight of the auxiliary safety loss in the safety model (L2 prints none; 1 to start)."""
    center_coef: float = 0.01
    """Weight of the squared sum of both scores, which keeps raw scores near 0."""
    other_track_helpfulness: Share = 0.5
    """Largest share, among the helpfulness model's pairs, of what is mixed in: own safety labels and imported
    open data of both tracks (L2 §3.2.2: half)."""
    other_track_safety: Share = 0.1
    """Largest share, among the safety model's pairs, of what is mixed in: own and imported helpfulness labels
    (L2 §3.2.2: a tenth). All imported safety labels train besides."""
    bootstrap_pairs: Amount = 2000
    """With fewer own pairs, the track's imported open data train as own ones do (L2 §3.2.2 began so; below
    2,000 comparisons reward models are near chance: Gao et al. 2022)."""
    held_out_pairs: Count = 200
    """At least this many pairs measure, whole prompts at a time, but never more than a fifth of all."""
    max_tokens: Count = 1024
    """Conversations longer than this, or than the model reads, lose their beginning, and are counted."""
    accumulation: Count = 1
    """Parts of a batch that pass the model one after the other, for a memory that does not hold all."""
    loss: Literal["ranking", "scaled"] = "ranking"
    """Plain with the margin, or times the degree without one (scaled Bradley-Terry: Wang et al. 2024)."""
    weighting: Literal["none", "majority", "dawid_skene", "noisy_bradley_terry"] = "none"
    """How far each label is believed, from how its annotator agrees with the others."""
    members: Count = 1
    """Models of the ensemble; of several, each sees all prompts but a fold of its own."""
    lora_rank: Amount = 0
    """Rank of the adapters that train on a shared base; 0 trains every parameter."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of the arithmetic in training; `auto` is bfloat16 where the processor has it. Weights stay fp32."""
    checkpoint_steps: Count = 50
    """Steps between checkpoints, from which a killed run resumes."""

    @property
    def margin_used(self) -> Margin:
        """The margin that the loss has: the scaled one has none, whatever is set."""
        return "none" if self.loss == "scaled" else self.margin
