"""What was trained on it, how well it did, and what came through the inbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.records.words import Contents, Judge, Track, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Frozen training data: `snapshot_id` is the file's sha256, `path` is relative to the home.

    `parameters` narrow the query, `counts` tell what is in it and `left_out` what is not and why; all three
    are JSON texts.
    """

    snapshot_id: str
    contents: Contents
    path: str
    row_count: int
    query: str
    audit_seq: int
    audit_head: str
    signed_by: str | None = None
    parameters: str = "{}"
    counts: str = "{}"
    left_out: str = "{}"
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A named reviewer lets a snapshot train; `seen` is what the reviewer was shown, as JSON text."""

    snapshot_id: str
    reviewer_id: str
    seen: str = "{}"
    note: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardModel:
    """A track's reward model; accuracy on held-out pairs with its 95 % Wilson interval."""

    reward_model_id: str
    track: Track
    snapshot_id: str
    policy_id: str
    path: str
    round: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    held_out_pairs: int
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A reward model's raw score (logit) of a response."""

    response_id: str
    reward_model_id: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardEvaluation:
    """A reward model on held-out pairs; `results` is the JSON text of `store.reward_results`."""

    reward_model_id: str
    results: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """By how much (logit) the label's chosen response outscores the rejected one.

    The reward model's members that say so never learned from the label.
    """

    label_id: str
    reward_model_id: str
    chosen_id: str
    rejected_id: str
    gap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One finished turn of the loop; `settings` and `results` are JSON texts."""

    round: int
    method: str
    policy_id: str
    promoted: bool
    settings: str
    results: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Two policies on held-out prompts by one judge; `win_rate` counts ties half, with its 95 % interval."""

    evaluation_id: str
    round: int
    policy_id: str
    opponent_id: str
    judge: Judge
    wins: int
    ties: int
    losses: int
    win_rate: float
    win_rate_low: float
    win_rate_high: float
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """One prompt of an evaluation: 1 point where the policy won, 0.5 for a tie, 0 where it lost."""

    evaluation_id: str
    prompt_id: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """A policy on a task of lm-eval by one metric, with its standard error where the harness knows it.

    On so many `samples`, each after so many solved examples; `harness` is the program that ran it.
    """

    policy_id: str
    task: str
    version: str
    metric: str
    value: float
    standard_error: float | None
    samples: int
    few_shots: int
    chat_template: bool
    harness: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """Whether a policy may answer people, by whom and why; before any, what its round decided counts."""

    policy_id: str
    promoted: bool
    given_by: str
    why: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSignature:
    """Somebody lets this round learn from what the home holds; `seen` is what they saw, as JSON text."""

    round: int
    signed_by: str
    seen: str = "{}"
    note: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Facts that came through the inbox; `bundle_id` is the sha256 of the contents, so each comes once."""

    bundle_id: str
    name: str
    row_count: int
    made_at: datetime = field(default_factory=now)
