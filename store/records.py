"""The words of Hone: every enum and row that crosses a package, one dataclass a table.

A field's name is its column's name. Rows are facts: they are appended and never changed; a correction
is a further row. This module imports only the standard library and knows neither SQL nor any file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What a person may do; each role may also do what the ones before it may."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


class Kind(StrEnum):
    """What sort of judge an annotator is."""

    PERSON = "person"
    MODEL = "model"
    SIMULATED = "simulated"
    IMPORTED = "imported"


class Track(StrEnum):
    """Which of the two reward models a prompt's labels teach (Llama 2, §3.2.1)."""

    HELPFULNESS = "helpfulness"
    SAFETY = "safety"


class Split(StrEnum):
    """Held-out prompts measure; they never train."""

    TRAIN = "train"
    HELDOUT = "heldout"


class Purpose(StrEnum):
    """Why a comparison is asked. Only `train` and `overlap` reach a snapshot."""

    TRAIN = "train"
    OVERLAP = "overlap"
    GOLD = "gold"
    SWAPPED = "swapped"
    EVALUATION = "evaluation"


class Degree(IntEnum):
    """How much better the chosen response is (Llama 2, §3.2.1)."""

    NEGLIGIBLY = 0
    SLIGHTLY = 1
    BETTER = 2
    SIGNIFICANTLY = 3


class Verdict(StrEnum):
    """A safety reviewer's ruling on a label."""

    CONFIRM = "confirm"
    OVERTURN = "overturn"
    EXCLUDE = "exclude"


class Contents(StrEnum):
    """What a snapshot holds, one row each."""

    PREFERENCES = "preferences"
    PROMPTS = "prompts"


def now() -> datetime:
    """The present in UTC without a zone, as the store keeps every time."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation: role is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyLabel:
    """Whether one response is safe; if not, its risk category and severity, 0 (mild) to 2 (severe)."""

    safe: bool
    category: str | None = None
    severity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """A judge. Simulated, model and imported annotators have no password and cannot sign in."""

    annotator_id: str
    name: str
    role: Role
    kind: Kind
    locale: str = "en"
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An annotator's password hash; the newest row counts."""

    annotator_id: str
    password_hash: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A session that outlives a reload; only the token's sha256 is kept."""

    token_hash: str
    annotator_id: str
    expires_at: datetime
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The end of a sign-in, by the person or by revocation."""

    token_hash: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """The words that annotators of a track read; every label records the version in force."""

    track: Track
    version: int
    text: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A conversation that wants a response; `category` and `attack_vector` name the risk, if any."""

    prompt_id: str
    turns: tuple[Turn, ...]
    track: Track
    split: Split
    category: str | None = None
    attack_vector: str | None = None
    author: str | None = None
    source: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A model that answers: `path` is relative to the home, or a hub name; parents are policy ids."""

    policy_id: str
    path: str
    parents: tuple[str, ...] = ()
    reward_models: tuple[str, ...] = ()
    snapshots: tuple[str, ...] = ()
    round: int = 0
    method: str = "initial"
    promoted: bool = True
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer of one policy; `logprob` sums its tokens, in nats; `finish_reason` is stop or length."""

    response_id: str
    prompt_id: str
    policy_id: str
    text: str
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0
    finish_reason: str = "stop"
    token_count: int = 0
    logprob: float | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A collection period. Round r's comparisons are in batch r; round r + 1 learns from it."""

    batch_id: str
    round: int
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """K >= 2 responses to one prompt, wanted from `overlap` annotators; a higher priority is asked first."""

    comparison_id: str
    prompt_id: str
    response_ids: tuple[str, ...]
    batch_id: str
    purpose: Purpose = Purpose.TRAIN
    priority: int = 0
    overlap: int = 1
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One annotator's hold on one comparison; `shown_order[i]` is the response index shown at place i."""

    lease_id: str
    comparison_id: str
    annotator_id: str
    shown_order: tuple[int, ...]
    expires_at: datetime
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A judgement. `ranks` and `safety` follow the comparison's response order, never the screen; 1 is best.

    `label_id` is the lease's id, which makes a repeated submission the same label. `surplus` marks a label
    that came after the comparison had all it wanted; it is kept and does not train.
    """

    label_id: str
    comparison_id: str
    annotator_id: str
    ranks: tuple[int, ...]
    degree: Degree
    shown_order: tuple[int, ...]
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    reasons: tuple[str, ...] = ()
    comment: str = ""
    seconds: float = 0.0
    guideline_version: int = 1
    surplus: bool = False
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A lease given back unjudged, or flagged (`flagged`) for a reviewer, and why."""

    lease_id: str
    comparison_id: str
    annotator_id: str
    reason: str
    flagged: bool = False
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retraction:
    """A label withdrawn: by its annotator (undo) or by someone who voids it."""

    label_id: str
    annotator_id: str
    reason: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A safety reviewer's verdict on a label."""

    review_id: str
    label_id: str
    reviewer_id: str
    verdict: Verdict
    why: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """A prompt with an ideal response; quality from 0 to 1 where somebody scored it."""

    demonstration_id: str
    prompt_id: str
    text: str
    author: str
    source: str = ""
    quality: float | None = None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Frozen training data: `snapshot_id` is the file's sha256, `path` is relative to the home."""

    snapshot_id: str
    contents: Contents
    path: str
    row_count: int
    query: str
    audit_seq: int
    audit_head: str
    signed_by: str | None = None
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
    judge: str
    wins: int
    ties: int
    losses: int
    win_rate: float
    win_rate_low: float
    win_rate_high: float
    made_at: datetime = field(default_factory=now)


Fact = (
    Annotator
    | Credential
    | SignIn
    | SignOut
    | Guideline
    | Prompt
    | Policy
    | Response
    | Batch
    | Comparison
    | Lease
    | Label
    | Skip
    | Retraction
    | Review
    | Demonstration
    | Snapshot
    | RewardModel
    | Score
    | Round
    | Evaluation
)
"""Everything that can be appended to the store."""
